/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_stream.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

enum { PRIORITY_INFO = 6 };

static int error_is_null(void)
{
    struct stat status;
    return fstat(STDERR_FILENO, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

void journal_stream_open(const char *identifier)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/stdout"};
    char header[128];
    int len = snprintf(header, sizeof header, "%s\n\n%d\n1\n0\n0\n0\n", identifier, PRIORITY_INFO);
    int fd = error_is_null() ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0) {
        return;
    }
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, header, (size_t)len, MSG_NOSIGNAL) == len) {
        dup2(fd, STDERR_FILENO);
    }
    close(fd);
}
