/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/folder_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

DIR *folder_stream_open(int folder_fd)
{
    return folder_stream_open_below(folder_fd, ".");
}

DIR *folder_stream_open_below(int folder_fd, const char *name)
{
    int fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL && fd >= 0) {
        int why = errno;
        close(fd);
        errno = why;
    }
    return dir;
}

bool folder_stream_is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}
