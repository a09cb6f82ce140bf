/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * listener: the socket that httpd connects to. Whoever starts the program has opened it and listens on it:
 * spawn-fcgi(1) as standard input, systemd as standard input (StandardInput=socket) or as descriptor 3 with LISTEN_PID
 * and LISTEN_FDS in the environment (sd_listen_fds(3)), or both.
 */
#pragma once

#include <stdbool.h>

#include "util/err.h"

enum { LISTENER = 0 }; /* the descriptor, once listener_take has succeeded; libfcgi wants it to be this one */

/* Makes descriptor 0 the listener. Other descriptors that systemd passed are closed and the variables are removed, so
 * that no command of ours inherits a listener. May be called again, also by a forked process. False with err when there
 * is no listener, or systemd passed several. */
bool listener_take(struct err *err);
