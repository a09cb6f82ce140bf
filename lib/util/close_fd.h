/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * close_fd: closes a descriptor on the way out, where the reason for that must not get lost.
 */
#pragma once

#include <errno.h>
#include <unistd.h>

/* Closes *fd unless it is negative, and makes it -1. errno stays as it was. */
static inline void close_fd(int *fd)
{
    int errnum = errno;
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    errno = errnum;
}
