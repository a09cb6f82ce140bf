/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER_PASSED = 3 }; /* SD_LISTEN_FDS_START */

static bool is_listening(int fd)
{
    int listening = 0;
    socklen_t len = sizeof listening;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening != 0;
}

/* 0 when the variable is not set, or holds no number. */
static long listener_variable(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : 0;
}

static void forget_variables(void)
{
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
}

bool listener_take(struct err *err)
{
    bool passed = listener_variable("LISTEN_PID") == getpid();
    long count = passed ? listener_variable("LISTEN_FDS") : 0;
    forget_variables();
    if (count > 1) {
        return err_set(err, "systemd passed %ld sockets: a program has one", count);
    }
    if (count == 1 && !is_listening(LISTENER) && dup2(LISTENER_PASSED, LISTENER) != LISTENER) {
        return err_set_errno(err, errno, "the socket that systemd passed");
    }
    if (count == 1) {
        close(LISTENER_PASSED);
    }
    return is_listening(LISTENER) || err_set(err, "there is no listening socket, neither as standard input nor from "
                                                  "systemd: this program is started by systemd or spawn-fcgi(1)");
}
