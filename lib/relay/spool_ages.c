/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool_ages.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/buffer.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

/* bytes; enough for some ten million files */
enum { NOTES_LIMIT = 1 << 30 };

struct age_note {
    uint64_t inode;
    int64_t seconds;
    int64_t nanoseconds;
    int64_t first; /* seconds counted when it was first seen */
};

struct spool_ages {
    int dir_fd;
    char *name;
    struct spool_ages_now now;
    int64_t counted;         /* seconds in which the machine was seen to be up */
    struct age_note *before; /* the notes of the last look, sorted */
    size_t before_count;
    struct age_note *seen;
    size_t seen_count;
    size_t seen_size;
};

struct spool_ages_now spool_ages_now(void)
{
    struct spool_ages_now now = {.boot = "-"};
    struct buffer id = {0};
    struct timespec monotonic;
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    now.monotonic = monotonic.tv_sec;
    if (safe_file_read_followed("/proc/sys/kernel/random/boot_id", 4096, &id, NULL)) {
        snprintf(now.boot, sizeof now.boot, "%.*s", (int)strcspn(buffer_cstr(&id), " \n"), buffer_cstr(&id));
    }
    buffer_free(&id);
    return now;
}

static int order_of_notes(const void *left, const void *right)
{
    const struct age_note *a = left;
    const struct age_note *b = right;
    if (a->inode != b->inode) {
        return a->inode < b->inode ? -1 : 1;
    }
    if (a->seconds != b->seconds) {
        return a->seconds < b->seconds ? -1 : 1;
    }
    return (a->nanoseconds > b->nanoseconds) - (a->nanoseconds < b->nanoseconds);
}

/* Reads the time counted so far. False when the line is not in our format. */
static bool read_head(struct spool_ages *ages, const char *line)
{
    char boot[SPOOL_AGES_BOOT_SIZE];
    int64_t monotonic, counted;
    if (sscanf(line, "rudder-relay ages 1 %39s %" SCNd64 " %" SCNd64 "\n", boot, &monotonic, &counted) != 3 ||
        counted < 0) {
        return false;
    }
    int64_t passed = ages->now.monotonic - monotonic;
    bool same_boot = strcmp(boot, ages->now.boot) == 0 && passed > 0;
    ages->counted = counted + (same_boot ? passed : 0);
    return true;
}

/* Reads the notes up to a damaged line. The files after it count as new. */
static void read_notes(struct spool_ages *ages, const char *text)
{
    size_t size = 0;
    const char *line = strchr(text, '\n');
    for (; line != NULL && line[1] != '\0'; line = strchr(line + 1, '\n')) {
        struct age_note note;
        if (sscanf(line + 1, "%" SCNu64 " %" SCNd64 " %" SCNd64 " %" SCNd64, &note.inode, &note.seconds,
                   &note.nanoseconds, &note.first) != 4) {
            break;
        }
        ages->before = xgrow(ages->before, ages->before_count, &size, sizeof *ages->before);
        ages->before[ages->before_count++] = note;
    }
    if (ages->before_count > 0) {
        qsort(ages->before, ages->before_count, sizeof *ages->before, order_of_notes);
    }
}

struct spool_ages *spool_ages_open(int dir_fd, const char *name, const struct spool_ages_now *now)
{
    struct spool_ages *ages = xcalloc(1, sizeof *ages);
    struct buffer text = {0};
    ages->dir_fd = dir_fd;
    ages->name = xstrdup(name);
    ages->now = *now;
    if (safe_file_read(dir_fd, name, NOTES_LIMIT, &text, NULL) && read_head(ages, buffer_cstr(&text))) {
        read_notes(ages, buffer_cstr(&text));
    }
    buffer_free(&text);
    return ages;
}

void spool_ages_close(struct spool_ages *ages)
{
    free(ages->before);
    free(ages->seen);
    free(ages->name);
    free(ages);
}

int64_t spool_ages_of(struct spool_ages *ages, const struct stat *status)
{
    struct age_note note = {status->st_ino, status->st_ctim.tv_sec, status->st_ctim.tv_nsec, ages->counted};
    const struct age_note *known =
        ages->before_count > 0 ? bsearch(&note, ages->before, ages->before_count, sizeof *ages->before, order_of_notes)
                               : NULL;
    if (known != NULL && known->first >= 0 && known->first < ages->counted) {
        note.first = known->first;
    }
    ages->seen = xgrow(ages->seen, ages->seen_count, &ages->seen_size, sizeof *ages->seen);
    ages->seen[ages->seen_count++] = note;
    return ages->counted - note.first;
}

bool spool_ages_write(struct spool_ages *ages, struct err *err)
{
    struct buffer text = {0};
    if (ages->seen_count == 0) {
        return unlinkat(ages->dir_fd, ages->name, 0) == 0 || errno == ENOENT ||
               err_set_errno(err, errno, "removing %s", ages->name);
    }
    buffer_add_format(&text, "rudder-relay ages 1 %s %" PRId64 " %" PRId64 "\n", ages->now.boot, ages->now.monotonic,
                      ages->counted);
    for (size_t i = 0; i < ages->seen_count; i++) {
        const struct age_note *note = &ages->seen[i];
        buffer_add_format(&text, "%" PRIu64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", note->inode, note->seconds,
                          note->nanoseconds, note->first);
    }
    bool done = safe_file_put(ages->dir_fd, ages->name, 0600, buffer_slice(&text), err);
    buffer_free(&text);
    return done;
}
