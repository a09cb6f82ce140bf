/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/arrival_quota.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/clock.h"
#include "util/close_fd.h"
#include "util/digest.h"
#include "util/xmalloc.h"

enum { PARTS = 64, PARTS_OF_ONE = PARTS / 2, PARTS_LEAST = PARTS / 32, FILE_MODE = 0600, DIGEST_SIZE = 32 };
enum { AGAIN_NS = 50 * 1000 * 1000 };

static const char quota_file[] = ".arrivals";

/* Where the bytes of this client begin, behind those that stand for all. Clients that share a place by chance share
 * their room. */
static off_t client_place(const char *client)
{
    unsigned char digest[DIGEST_SIZE];
    uint32_t number;
    digest_sha256(digest, client, strlen(client));
    memcpy(&number, digest, sizeof number);
    return PARTS + (off_t)number * PARTS_OF_ONE;
}

/* Locks `wanted` of the `count` bytes from `start` on. errno is EAGAIN when fewer are free. */
static bool lock_parts(int fd, off_t start, int count, int64_t wanted)
{
    for (off_t at = start; at < start + count && wanted > 0; at++) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
        if (fcntl(fd, F_OFD_SETLK, &lock) == 0) {
            wanted--;
        } else if (errno != EAGAIN && errno != EACCES) {
            return false;
        }
    }
    errno = EAGAIN;
    return wanted == 0;
}

static void unlock_parts(int fd)
{
    struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    (void)fcntl(fd, F_OFD_SETLK, &lock);
}

static bool take_parts(int fd, off_t place, int64_t wanted, int64_t patience_ms)
{
    const struct timespec pause = {.tv_nsec = AGAIN_NS};
    int64_t end = clock_ms() + patience_ms;
    for (;;) {
        if (lock_parts(fd, place, PARTS_OF_ONE, wanted) && lock_parts(fd, 0, PARTS, wanted)) {
            return true;
        }
        unlock_parts(fd); /* or two that have half of theirs would wait for each other */
        if (errno != EAGAIN || clock_ms() >= end) {
            return false;
        }
        nanosleep(&pause, NULL);
    }
}

/* A file of more than half of the limit takes all that one client may have. */
static int64_t parts_of(int64_t bytes, int64_t limit)
{
    int64_t part = limit / PARTS > 0 ? limit / PARTS : 1;
    int64_t parts = bytes / part + (bytes % part != 0);
    parts = parts < PARTS_LEAST ? PARTS_LEAST : parts;
    return parts < PARTS_OF_ONE ? parts : PARTS_OF_ONE;
}

int arrival_quota_take(const char *directory, const char *client, int64_t bytes, int64_t limit, int64_t patience_ms,
                       struct err *err)
{
    char *path = xasprintf("%s/%s", directory, quota_file);
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd >= 0 && !take_parts(fd, client_place(client), parts_of(bytes, limit), patience_ms)) {
        close_fd(&fd);
    }
    if (fd < 0) {
        err_set_errno(err, errno, "%s", path);
    }
    free(path); /* errno stays, as with err_set_errno and close_fd */
    return fd;
}
