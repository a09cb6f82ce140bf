/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * virtual: runs commands for nodes that have no agent, as their files say: virtual agents.
 *
 *     virtual.d/NAME.conf --> places, schedule --> helper: the command, as another user
 *                                                     |
 *     spool, reports/incoming <-- outbox <-- signed <-- run log
 *
 * One thread. What it waits for is the disk, once a run. It has the nodes' keys, and no command of theirs; the helper
 * (command_server.h) has the commands, and no key.
 *
 * state_directory has status.json (virtual_status.h), unsent/ (outbox.h), and requests/: a file there named as a node's
 * id has that node run now; it is removed. The process may be killed at any moment: a run that went on is made up for
 * by the next process, what it had started is ended by the helper.
 */
#pragma once

#include "relay/relay_config.h"
#include "util/err.h"

struct virtual_daemon;

/* Opens everything. NULL with err. */
struct virtual_daemon *virtual_start(const struct relay_config *config, struct err *err);
/* Runs until SIGTERM or SIGINT. SIGHUP reads logging settings and files again. */
void virtual_loop(struct virtual_daemon *daemon);
/* Runs that go on are ended, and have no run log. */
void virtual_stop(struct virtual_daemon *daemon);
