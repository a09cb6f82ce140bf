/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_listen: the hub's listeners, and the connections that come from them.
 *
 * systemd passes them (LISTEN_FDS, of rudder-relay-hub.socket): a TCP socket is for nodes, a Unix socket of the path
 * hub.proxy_socket for httpd, any other Unix socket for programs of ours. What is not passed is opened here: TCP by
 * hub.address and hub.port, the Unix sockets in their place, with mode 0660 and the group of their directory if that is
 * set-gid.
 *
 * When no descriptors are left, accepting pauses for a second; new connections wait in the kernel's queue.
 */
#pragma once

#include <stdbool.h>

#include "http_conn.h"
#include "relay/relay_config.h"
#include "util/err.h"

struct hub_listeners;

/* NULL with err. */
struct hub_listeners *hub_listen(struct event_base *base, struct http_conn_set *conns,
                                 const struct relay_config *config, struct err *err);
void hub_listen_close(struct hub_listeners *listeners);

/* Reads certificate and key again. False with err: the old ones stay. */
bool hub_listen_reload(struct hub_listeners *listeners, const struct relay_config *config, struct err *err);

/* Raises the limit of open files as far as the process may: each waiting node is one. Returns it, -1: no limit. */
long hub_listen_raise_files(void);
