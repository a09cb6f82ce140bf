/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_stream.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "util/close_fd.h"
#include "util/unix_socket.h"

enum { PRIORITY_INFO = 6 };

static int error_is_null(void)
{
    struct stat status;
    return fstat(STDERR_FILENO, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

void journal_stream_open(const char *identifier)
{
    char header[128];
    int len = snprintf(header, sizeof header, "%s\n\n%d\n1\n0\n0\n0\n", identifier, PRIORITY_INFO);
    int fd = error_is_null() ? unix_socket_connect("/run/systemd/journal/stdout", 0, NULL) : -1;
    if (fd >= 0 && send(fd, header, (size_t)len, MSG_NOSIGNAL) == len) {
        dup2(fd, STDERR_FILENO);
    }
    close_fd(&fd);
}
