/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command_helper: runs the command that starts agents, for remote-run, which has to reach it by a socket: so remote-run
 * itself needs no way to become root, and its sandbox has none.
 *
 * One connection, one command (command_wire.h). Whoever asks says conditions and hosts, which are checked here, too;
 * the command, sudo, and the time limit are those of the configuration that the helper reads itself. Who may connect is
 * said by the socket's mode. Output that is not taken waits in the command, not here. The command is ended when whoever
 * asks has gone, and by TERM.
 */
#pragma once

#include "relay/relay_config.h"

/* Serves the connection until the command has ended and all is sent, or nobody is there to take it. */
void command_helper_serve(const struct relay_config *config, int connection);
