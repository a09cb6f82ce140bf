/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work_marks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "relay/spool_ages.h"
#include "util/close_fd.h"
#include "util/xmalloc.h"

/* As many forwarders may work on one spool at the same time. */
enum { PROCESSES_MAX = 8 };

static const char magic[16] = "relay in work 1";

struct marks_file {
    char magic[sizeof magic];
    char boot[SPOOL_AGES_BOOT_SIZE];
    uint64_t slots;
    struct work_mark marks[];
};

struct work_marks {
    int dir_fd;
    int fd; /* holds the lock */
    char name[32];
    size_t size; /* bytes */
    struct marks_file *file;
};

static size_t file_size(size_t slots)
{
    return sizeof(struct marks_file) + slots * sizeof(struct work_mark);
}

/* Collects the marks that are set. Returns how many. */
static size_t collect_marks(const struct marks_file *file, struct work_mark *out)
{
    size_t count = 0;
    for (size_t i = 0; i < file->slots; i++) {
        const struct work_mark *mark = &file->marks[i];
        if (mark->name[0] != '\0' && memchr(mark->name, '\0', sizeof mark->name) != NULL) {
            out[count++] = *mark;
        }
    }
    return count;
}

/* Is it whole, and of this boot? */
static bool counts(const struct buffer *content, const struct marks_file *file)
{
    const struct spool_ages_now now = spool_ages_now();
    return content->len >= sizeof *file && memcmp(file->magic, magic, sizeof magic) == 0 &&
           memcmp(file->boot, now.boot, sizeof file->boot) == 0 &&
           (content->len - sizeof *file) / sizeof(struct work_mark) >= file->slots;
}

/* Tells the marks in the file, which nobody uses any more. */
static void tell_left(int dir_fd, const char *name, work_marks_left *left, void *context)
{
    enum { FILE_MAX = 64 << 20 };
    struct buffer content = {0};
    if (safe_file_read(dir_fd, name, FILE_MAX, &content, NULL) && content.len > 0) {
        struct marks_file *file = xmalloc(content.len); /* aligned */
        memcpy(file, content.at, content.len);
        if (counts(&content, file)) {
            struct work_mark *marks = xcalloc(file->slots + 1, sizeof *marks);
            size_t count = collect_marks(file, marks);
            if (count > 0) {
                left(context, marks, count);
            }
            free(marks);
        }
        free(file);
    }
    buffer_free(&content);
}

/* Opens the file if no living process has it. */
static int open_unused(int dir_fd, const char *name, int flags)
{
    int fd = openat(dir_fd, name, flags | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close_fd(&fd);
    }
    return fd;
}

/* Empties the file and maps it. */
static bool map_file(struct work_marks *marks, size_t slots, struct err *err)
{
    const struct spool_ages_now now = spool_ages_now();
    marks->size = file_size(slots);
    if (ftruncate(marks->fd, 0) != 0 || posix_fallocate(marks->fd, 0, (off_t)marks->size) != 0) {
        return err_set(err, "no room for the notes of what is in work");
    }
    void *at = mmap(NULL, marks->size, PROT_READ | PROT_WRITE, MAP_SHARED, marks->fd, 0);
    if (at == MAP_FAILED) {
        return err_set_errno(err, errno, "mapping the notes of what is in work");
    }
    marks->file = at;
    memcpy(marks->file->magic, magic, sizeof magic);
    memcpy(marks->file->boot, now.boot, sizeof marks->file->boot);
    marks->file->slots = slots;
    return true;
}

struct work_marks *work_marks_open(int dir_fd, size_t slots, work_marks_left *left, void *context, struct err *err)
{
    struct work_marks *marks = xcalloc(1, sizeof *marks);
    marks->dir_fd = dir_fd;
    marks->fd = -1;
    for (int i = 0; i < PROCESSES_MAX; i++) {
        char name[sizeof marks->name];
        snprintf(name, sizeof name, ".in-work-%d", i);
        int fd = open_unused(dir_fd, name, marks->fd < 0 ? O_CREAT : 0);
        if (fd < 0) {
            continue;
        }
        tell_left(dir_fd, name, left, context);
        if (marks->fd < 0) {
            marks->fd = fd;
            memcpy(marks->name, name, sizeof name);
        } else {
            unlinkat(dir_fd, name, 0);
            close(fd);
        }
    }
    bool opened =
        marks->fd >= 0 ? map_file(marks, slots, err) : err_set(err, "the notes of what is in work cannot be opened");
    if (!opened) {
        work_marks_close(marks);
        marks = NULL;
    }
    return marks;
}

void work_marks_forget(struct work_marks *marks)
{
    if (marks != NULL && marks->name[0] != '\0') {
        unlinkat(marks->dir_fd, marks->name, 0);
        marks->name[0] = '\0'; /* the next process may make a file of that name */
    }
}

void work_marks_close(struct work_marks *marks)
{
    if (marks == NULL) {
        return;
    }
    work_marks_forget(marks);
    if (marks->file != NULL) {
        munmap(marks->file, marks->size);
    }
    close_fd(&marks->fd);
    free(marks);
}

void work_marks_set(struct work_marks *marks, size_t slot, const char *name, const struct stat *status)
{
    size_t len = strlen(name);
    if (marks == NULL || slot >= marks->file->slots || len >= SAFE_FILE_NAME_SIZE) {
        return;
    }
    struct work_mark *mark = &marks->file->marks[slot];
    mark->inode = status->st_ino;
    mark->seconds = status->st_mtim.tv_sec;
    mark->nanoseconds = status->st_mtim.tv_nsec;
    memcpy(mark->name, name, len + 1);
}

void work_marks_clear(struct work_marks *marks, size_t slot)
{
    if (marks != NULL && slot < marks->file->slots) {
        marks->file->marks[slot].name[0] = '\0';
    }
}
