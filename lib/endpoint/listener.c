/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/listener.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/sd_listen.h"

static bool is_listening(int fd)
{
    int listening = 0;
    socklen_t len = sizeof listening;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening != 0;
}

bool listener_take(struct err *err)
{
    long count = sd_listen_take();
    if (count > 1) {
        return err_set(err, "systemd passed %ld sockets: a program has one", count);
    }
    if (count == 1 && !is_listening(LISTENER) && dup2(SD_LISTEN_FIRST, LISTENER) != LISTENER) {
        return err_set_errno(err, errno, "the socket that systemd passed");
    }
    if (count == 1) {
        close(SD_LISTEN_FIRST);
    }
    return is_listening(LISTENER) || err_set(err, "there is no listening socket, neither as standard input nor from "
                                                  "systemd: this program is started by systemd or spawn-fcgi(1)");
}
