/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/folder_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

DIR *folder_stream_open(int folder_fd)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL && fd >= 0) {
        int why = errno;
        close(fd);
        errno = why;
    }
    return dir;
}
