/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/close_fd.h"

static bool unix_socket_address(const char *path, struct sockaddr_un *address, struct err *err)
{
    size_t len = strlen(path);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (len >= sizeof address->sun_path) {
        err_set(err, "%s: too long for the path of a socket", path);
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(address->sun_path, path, len);
    return true;
}

bool unix_socket_path_valid(const char *path, struct err *err)
{
    struct sockaddr_un address;
    return unix_socket_address(path, &address, err);
}

int unix_socket_connect(const char *path, int flags, struct err *err)
{
    struct sockaddr_un address;
    if (!unix_socket_address(path, &address, err)) {
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        err_set_errno(err, errno, "%s", path);
        close_fd(&fd);
    }
    return fd;
}

/* Connects to find out. One that has too many connections to take (EAGAIN) listens, too. */
static bool somebody_listens(const char *path)
{
    int fd = unix_socket_connect(path, SOCK_NONBLOCK, NULL);
    bool listens = fd >= 0 || errno == EAGAIN;
    close_fd(&fd);
    return listens;
}

int unix_socket_listen(const char *path, mode_t mode, int backlog, struct err *err)
{
    struct sockaddr_un address;
    if (!unix_socket_address(path, &address, err)) {
        return -1;
    }
    if (somebody_listens(path)) {
        err_set(err, "%s: another process listens there", path);
        errno = EADDRINUSE;
        return -1;
    }
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const mode_t before = umask(0777 & ~mode);
    bool listens =
        fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 && listen(fd, backlog) == 0;
    umask(before);
    if (!listens) {
        err_set_errno(err, errno, "%s", path);
        close_fd(&fd);
    }
    return fd;
}
