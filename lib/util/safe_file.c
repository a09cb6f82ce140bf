/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/safe_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/close_fd.h"
#include "util/dir_stream.h"
#include "util/utf8.h"

enum { NAME_MAX_LEN = 240, TEMPORARY_HEX = 16, READ_STEP = 64 * 1024 };

/* After this many bytes the kernel is told to write them to disk. */
enum { SEND_STEP = 4 * 1024 * 1024 };

static const char temporary_suffix[] = ".tmp";

/* Is the character at `at`, a well-formed sequence of len bytes, a control character? */
static bool control_character(const char *at, size_t len)
{
    unsigned char byte = (unsigned char)at[0];
    bool c1 = len == 2 && byte == 0xc2 && (unsigned char)at[1] < 0xa0;
    return byte < 0x20 || byte == 0x7f || c1;
}

static const char *name_fault(const char *name, size_t len)
{
    if (len == 0) {
        return "the name is empty";
    }
    if (len > NAME_MAX_LEN) {
        return "the name is longer than 240 bytes";
    }
    if (name[0] == '.') {
        return "the name begins with a dot";
    }
    for (size_t at = 0, step; at < len; at += step) {
        size_t bad;
        step = utf8_sequence((const unsigned char *)name + at, len - at, &bad);
        if (step == 0) {
            return "the name is not UTF-8";
        }
        if (control_character(name + at, step)) {
            return "the name holds a control character";
        }
        if (name[at] == '/' || name[at] == '\\') {
            return "the name holds a slash or a backslash";
        }
    }
    return NULL;
}

bool safe_file_name(const char *name, size_t len, const char **reason)
{
    const char *fault = name_fault(name, len);
    if (fault != NULL && reason != NULL) {
        *reason = fault;
    }
    return fault == NULL;
}

/* Is the name one path component? Less strict than safe_file_name, because our own names may be longer.
 */
static bool one_component(const char *name)
{
    return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

bool safe_file_temporary_name(char out[SAFE_FILE_TEMPORARY_SIZE], struct err *err)
{
    uint64_t number;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number) {
        return err_set_errno(err, errno, "random number");
    }
    snprintf(out, SAFE_FILE_TEMPORARY_SIZE, ".%016" PRIx64 "%s", number, temporary_suffix);
    return true;
}

bool safe_file_create(struct safe_file *file, int dir_fd, mode_t mode, struct err *err)
{
    *file = (struct safe_file){.fd = -1, .dir_fd = dir_fd};
    do {
        if (!safe_file_temporary_name(file->temporary, err)) {
            return false;
        }
        file->fd = openat(dir_fd, file->temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    } while (file->fd < 0 && errno == EEXIST);
    if (file->fd < 0) {
        return err_set_errno(err, errno, "temporary file");
    }
    if (fchmod(file->fd, mode) != 0) { /* the mode does not depend on the umask */
        err_set_errno(err, errno, "mode of the temporary file");
        safe_file_abandon(file);
        return false;
    }
    return true;
}

static bool write_through(struct safe_file *file, const char *name, struct err *err)
{
    int synced = fsync(file->fd);
    int why = errno;
    int closed = close(file->fd);
    file->fd = -1;
    if (synced != 0 || closed != 0) {
        return err_set_errno(err, synced != 0 ? why : errno, "writing %s to disk", name);
    }
    return true;
}

bool safe_file_seal(struct safe_file *file, struct err *err)
{
    if (!write_through(file, "the file", err)) {
        safe_file_abandon(file);
        return false;
    }
    return true;
}

bool safe_file_commit(struct safe_file *file, const char *name, struct err *err)
{
    if (!one_component(name)) {
        safe_file_abandon(file);
        return err_set(err, "'%s' is not a file name", name);
    }
    if (!write_through(file, name, err)) {
        safe_file_abandon(file);
        return false;
    }
    if (renameat(file->dir_fd, file->temporary, file->dir_fd, name) != 0) {
        err_set_errno(err, errno, "renaming to %s", name);
        safe_file_abandon(file);
        return false;
    }
    file->temporary[0] = '\0';
    return fsync(file->dir_fd) == 0 || err_set_errno(err, errno, "writing the directory of %s to disk", name);
}

void safe_file_abandon(struct safe_file *file)
{
    int errnum = errno;
    close_fd(&file->fd);
    if (file->temporary[0] != '\0') {
        unlinkat(file->dir_fd, file->temporary, 0);
        file->temporary[0] = '\0';
    }
    errno = errnum;
}

/* Starts writing to disk, so that the fsync at the end has less to wait for. That fsync reports the errors. */
static void send_to_disk(struct safe_file *file, size_t wrote)
{
    file->not_sent += wrote;
    if (file->not_sent >= SEND_STEP) {
        file->not_sent = 0;
        (void)sync_file_range(file->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
}

bool safe_file_write(struct safe_file *file, const char *bytes, size_t len, struct err *err)
{
    for (const char *at = bytes, *end = bytes + len; at < end;) {
        ssize_t wrote = write(file->fd, at, (size_t)(end - at));
        if (wrote < 0 && errno != EINTR) {
            return err_set_errno(err, errno, "writing");
        }
        at += wrote > 0 ? wrote : 0;
        send_to_disk(file, wrote > 0 ? (size_t)wrote : 0);
    }
    return true;
}

bool safe_file_create_with(struct safe_file *file, int dir_fd, mode_t mode, struct slice bytes, struct err *err)
{
    if (!safe_file_create(file, dir_fd, mode, err)) {
        return false;
    }
    if (!safe_file_write(file, bytes.at, bytes.len, err)) {
        safe_file_abandon(file);
        return false;
    }
    return true;
}

bool safe_file_put(int dir_fd, const char *name, mode_t mode, struct slice bytes, struct err *err)
{
    struct safe_file file;
    return safe_file_create_with(&file, dir_fd, mode, bytes, err) && safe_file_commit(&file, name, err);
}

bool safe_file_is_temporary(const char *name)
{
    if (name[0] != '.') {
        return false;
    }
    size_t hex = strspn(name + 1, "0123456789abcdef");
    return hex == TEMPORARY_HEX && strcmp(name + 1 + hex, temporary_suffix) == 0;
}

static bool is_older(int dir_fd, const char *name, time_t moment)
{
    struct stat status;
    return fstatat(dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
           status.st_mtime < moment;
}

size_t safe_file_sweep(int dir_fd, long seconds)
{
    size_t removed = 0;
    DIR *dir = dir_stream_open(dir_fd);
    if (dir == NULL) {
        return 0;
    }
    time_t moment = time(NULL) - seconds;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (safe_file_is_temporary(entry->d_name) && is_older(dir_fd, entry->d_name, moment)) {
            removed += unlinkat(dir_fd, entry->d_name, 0) == 0;
        }
    }
    closedir(dir);
    return removed;
}

static bool too_large(struct err *err, const char *name, size_t limit)
{
    errno = EFBIG;
    return err_set(err, "%s: larger than %zu bytes", name, limit);
}

/* Asks for one byte more than the limit, to notice a file that grows meanwhile. */
bool safe_file_read_fd(int fd, const char *name, size_t limit, struct buffer *out, struct err *err)
{
    size_t before = out->len;
    for (;;) {
        size_t left = limit + 1 - (out->len - before);
        char *at = buffer_reserve(out, left < READ_STEP ? left : READ_STEP);
        size_t room = out->size - out->len;
        ssize_t got = read(fd, at, room < left ? room : left);
        if (got == 0) {
            return true;
        }
        if (got < 0 && errno != EINTR) {
            return err_set_errno(err, errno, "%s", name);
        }
        out->len += got > 0 ? (size_t)got : 0;
        if (out->len - before > limit) {
            return too_large(err, name, limit);
        }
    }
}

static bool read_open(int fd, const char *name, size_t limit, struct buffer *out, struct err *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return err_set_errno(err, errno, "%s", name);
    }
    if (!S_ISREG(status.st_mode)) {
        errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
        return err_set(err, "%s: not a regular file", name);
    }
    if ((uintmax_t)status.st_size > limit) {
        return too_large(err, name, limit);
    }
    buffer_reserve(out, (size_t)status.st_size + 1);
    return safe_file_read_fd(fd, name, limit, out, err);
}

static bool open_and_read(int dir_fd, const char *name, int flags, size_t limit, struct buffer *out, struct err *err)
{
    size_t before = out->len;
    /* O_NONBLOCK: opening a named pipe must not wait for its writer */
    int fd = openat(dir_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags);
    if (fd < 0) {
        return err_set_errno(err, errno, "%s", name);
    }
    bool done = read_open(fd, name, limit, out, err);
    close_fd(&fd);
    if (!done) {
        out->len = before;
    }
    return done;
}

bool safe_file_read(int dir_fd, const char *name, size_t limit, struct buffer *out, struct err *err)
{
    return open_and_read(dir_fd, name, O_NOFOLLOW, limit, out, err);
}

bool safe_file_read_followed(const char *path, size_t limit, struct buffer *out, struct err *err)
{
    return open_and_read(AT_FDCWD, path, 0, limit, out, err);
}
