/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command_server: the helper of rudder-relay-virtual, which runs the commands of virtual nodes. It is a program of its
 * own, reached by a socket, so that commands run as a user that cannot read the keys that rudder-relay-virtual signs
 * with, and so that neither program needs the right to change its user.
 *
 * Each connection has one process, which runs one command (command_request.h). The socket's mode says who may connect.
 * All processes that the command has started end with it, also those outside of its process group: this process is
 * their subreaper (prctl(2)).
 */
#pragma once

#include <stdbool.h>

#include "relay/relay_config.h"
#include "util/err.h"

/* Serves the connection until the command and all it has started have ended, and all output is sent. */
void command_server_serve(int connection);

/* Is fd a connection, as systemd passes one to each process (Accept=yes)? */
bool command_server_is_connection(int fd);

/* Without systemd: listens at virtual.command_socket, and has a child serve each connection, until TERM. The socket is
 * writable for its group. Returns only when it cannot listen: false with err. */
bool command_server_listen(const struct relay_config *config, struct err *err);
