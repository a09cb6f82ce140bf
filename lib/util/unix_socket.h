/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * unix_socket: stream sockets by which programs of this machine reach each other, at a path (unix(7)).
 *
 * Both calls return a descriptor (O_CLOEXEC) that the caller closes, or -1 with err and errno. A path is at most 107
 * bytes long; ENAMETOOLONG is for a longer one.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "util/err.h"

/* Is the path short enough? False with err. */
bool unix_socket_path_valid(const char *path, struct err *err);

/* flags: 0, to wait while the other side has too many connections to take, or SOCK_NONBLOCK, not to wait (EAGAIN). */
int unix_socket_connect(const char *path, int flags, struct err *err);

/* Makes the socket and listens. mode: of its file; whoever may write it may connect. What a process that was killed
 * left at the path is replaced; EADDRINUSE when another process listens there. */
int unix_socket_listen(const char *path, mode_t mode, int backlog, struct err *err);
