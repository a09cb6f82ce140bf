/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/dir_stream.h"

#include <fcntl.h>
#include <string.h>

#include "util/close_fd.h"

DIR *dir_stream_open(int dir_fd)
{
    return dir_stream_open_below(dir_fd, ".");
}

DIR *dir_stream_open_below(int dir_fd, const char *name)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL && fd >= 0) {
        close_fd(&fd);
    }
    return dir;
}

bool dir_stream_is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}
