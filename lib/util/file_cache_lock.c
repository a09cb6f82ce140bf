/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/digest.h"
#include "util/file_cache_private.h"

enum { LOOK_AGAIN_MS = 20, LOCK_FILE_MODE = 0600 };

/* The byte of the lock file that stands for the name: one of 2^62, so no two names share one by chance. */
static struct flock byte_of(const char *name)
{
    unsigned char digest[FILE_CACHE_DIGEST_SIZE];
    uint64_t place;
    digest_sha256(digest, name, strlen(name));
    memcpy(&place, digest, sizeof place);
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)(place >> 2), .l_len = 1};
}

/* One file for all names: the kernel keeps the locks, the file stays empty. A lock belongs to the descriptor, not to
 * the process (F_OFD_SETLK): a thread or a child that opens the file for itself is another one. */
int file_cache_lock(struct file_cache *cache, const char *name, int64_t wait_ms)
{
    const struct timespec pause = {0, LOOK_AGAIN_MS * 1000000L};
    int64_t until_ms = clock_ms() + wait_ms;
    struct flock lock = byte_of(name);
    int fd = openat(cache->fd, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, LOCK_FILE_MODE);
    if (fd < 0) {
        return -1;
    }
    while (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
        int errnum = errno;
        if ((errnum != EAGAIN && errnum != EACCES && errnum != EINTR) || clock_ms() >= until_ms) {
            close(fd);
            errno = errnum == EACCES ? EAGAIN : errnum;
            return -1;
        }
        (void)nanosleep(&pause, NULL);
    }
    return fd;
}
