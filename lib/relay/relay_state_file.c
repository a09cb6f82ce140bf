/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "relay/relay_state_private.h"
#include "util/file_status.h"
#include "util/xmalloc.h"

enum { TRIES = 16, LOCK_TRIES = 200, MODE = 0660 };

static struct relay_state_header header_wanted(uint64_t fingerprint)
{
    struct relay_state_header header = {
        .version = RELAY_STATE_VERSION,
        .size = sizeof(struct relay_state_map),
        .cells = fingerprint,
    };
    memcpy(header.magic, RELAY_STATE_MAGIC, sizeof header.magic);
    return header;
}

bool relay_state_file_good(int fd, uint64_t fingerprint)
{
    struct stat stat;
    struct relay_state_header header;
    struct relay_state_header wanted = header_wanted(fingerprint);
    return fstat(fd, &stat) == 0 && stat.st_size == (off_t)sizeof(struct relay_state_map) &&
           pread(fd, &header, sizeof header, 0) == (ssize_t)sizeof header &&
           memcmp(&header, &wanted, sizeof header) == 0;
}

/* Does the file begin like a state file, as far as it goes? An empty file counts as ours. */
static bool is_ours(int fd)
{
    char magic[sizeof RELAY_STATE_MAGIC - 1];
    ssize_t len = pread(fd, magic, sizeof magic, 0);
    return len >= 0 && memcmp(magic, RELAY_STATE_MAGIC, (size_t)len) == 0;
}

static bool is_file(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
}

static bool is_empty(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && stat.st_size == 0;
}

static bool stands_at(int fd, const char *path)
{
    struct stat mine;
    struct stat there;
    return fstat(fd, &mine) == 0 && lstat(path, &there) == 0 && file_status_is_same_file(&mine, &there);
}

/* Gives the file the group of its directory. A program that is not allowed to do this leaves the file as it is. */
static void give_to_group(int fd, const char *path)
{
    struct stat directory;
    char *copy = xstrdup(path);
    if (stat(dirname(copy), &directory) == 0 && fchown(fd, (uid_t)-1, directory.st_gid) != 0) {
        errno = 0;
    }
    free(copy);
    (void)fchmod(fd, MODE);
}

/* Fills the file. Allocates all of it first, so that a full file system fails here and not as a SIGBUS later. The
 * header comes last, so that a half-made file is not taken for a good one. */
static bool relay_state_file_fill(int fd, const char *path, uint64_t fingerprint, struct err *err)
{
    struct relay_state_header header = header_wanted(fingerprint);
    give_to_group(fd, path);
    int failure = posix_fallocate(fd, 0, sizeof(struct relay_state_map));
    if (failure != 0) {
        return err_set_errno(err, failure, "%s", path);
    }
    if (pwrite(fd, &header, sizeof header, 0) != (ssize_t)sizeof header) {
        return err_set_errno(err, errno, "%s", path);
    }
    return true;
}

enum attempt { GOOD, AGAIN, FAILED };

static enum attempt leave_alone(const char *path, struct err *err)
{
    err_set(err, "%s is no state file, so it is left alone", path);
    return FAILED;
}

/* Called with the lock on a file that was not good, but may be good by now: another process may have been filling it.
 * Fills an empty file, and removes a bad one. */
static enum attempt mend_locked(int fd, const char *path, uint64_t fingerprint, struct err *err)
{
    if (!stands_at(fd, path)) {
        return AGAIN;
    }
    if (relay_state_file_good(fd, fingerprint)) {
        return GOOD;
    }
    if (is_empty(fd)) {
        if (relay_state_file_fill(fd, path, fingerprint, err)) {
            return GOOD;
        }
        unlink(path);
        return FAILED;
    }
    if (!is_ours(fd)) {
        return leave_alone(path, err);
    }
    if (unlink(path) != 0) {
        err_set_errno(err, errno, "%s is of another version or damaged, and cannot be removed", path);
        return FAILED;
    }
    return AGAIN;
}

/* Tries to get the lock for a few milliseconds. A process that makes the file good holds it for microseconds. Any other
 * program of the group could hold it for ever, so we do not wait longer. */
static bool lock_soon(int fd)
{
    static const struct timespec millisecond = {.tv_nsec = 1000000};
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
            return true;
        }
        nanosleep(&millisecond, NULL);
    }
    return false;
}

static enum attempt make_good(int fd, const char *path, uint64_t fingerprint, struct err *err)
{
    if (!is_file(fd)) {
        return leave_alone(path, err);
    }
    if (relay_state_file_good(fd, fingerprint)) {
        return GOOD;
    }
    if (!lock_soon(fd)) {
        err_set(err, "%s is no whole state file, and somebody keeps a lock on it", path);
        return FAILED;
    }
    enum attempt attempt = mend_locked(fd, path, fingerprint, err);
    flock(fd, LOCK_UN);
    return attempt;
}

int relay_state_file_open(const char *path, uint64_t fingerprint, struct err *err)
{
    for (int i = 0; i < TRIES; i++) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, MODE);
        if (fd < 0) {
            err_set_errno(err, errno, "%s", path);
            return -1;
        }
        enum attempt attempt = make_good(fd, path, fingerprint, err);
        if (attempt == GOOD) {
            return fd;
        }
        close(fd);
        if (attempt == FAILED) {
            return -1;
        }
    }
    err_set(err, "%s is replaced again and again", path);
    return -1;
}
