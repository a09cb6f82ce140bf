/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * virtual: runs commands for nodes that have no agent, as their files say: virtual agents.
 *
 *     virtual.d/NAME.conf --> places, schedule --> helper: the command, as another user
 *                                                     |
 *     spool, reports/incoming <-- outbox <-- signed <-- run log
 *
 * There is one thread. It blocks only on the disk, once for each run. It has the nodes' keys and runs no commands; the
 * helper (command_server.h) runs the commands and cannot read the keys.
 *
 * state_directory has status.json (virtual_status.h), unsent/ (outbox.h), and requests/: a file there with a node's id
 * as its name starts that node now, and is removed. The process may be killed at any moment: the helper ends the
 * commands that it had started, and the next process runs their nodes again.
 */
#pragma once

#include "relay/relay_config.h"
#include "util/err.h"

struct virtual_daemon;

/* Opens everything. NULL with err. */
struct virtual_daemon *virtual_start(const struct relay_config *config, struct err *err);
/* Runs until SIGTERM or SIGINT. SIGHUP reads logging settings and files again. */
void virtual_loop(struct virtual_daemon *daemon);
/* Ends the runs that go on; there is no run log of them. */
void virtual_stop(struct virtual_daemon *daemon);
