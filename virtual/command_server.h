/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command_server: runs the commands of virtual nodes, for rudder-relay-virtual, which has to reach it by a socket: so
 * they run as a user that can read none of the keys that rudder-relay-virtual signs with, and neither of both programs
 * needs a right to change its user.
 *
 * One connection, one process, one command (command_request.h). Who may connect is said by the socket's mode. Whatever
 * the command has started, in its process group or not, is ended with it: the process adopts what loses its parent.
 */
#pragma once

#include <stdbool.h>

#include "relay/relay_config.h"
#include "util/err.h"

/* Serves the connection until the command and all it started have ended, and all is sent. */
void command_server_serve(int connection);

/* Is it a connection, as systemd gives it for each (Accept=yes)? */
bool command_server_is_connection(int fd);

/* Without such a one: listens at virtual.command_socket, and has a child serve each connection, until TERM. The socket
 * is for the group of its directory. Only returns, false with err, when it cannot. */
bool command_server_listen(const struct relay_config *config, struct err *err);
