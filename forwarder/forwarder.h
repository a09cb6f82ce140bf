/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * forwarder: the daemon that empties the spool: run logs go into the database, or on a relay to the policy server
 * above, as inventories do. It also removes old files from the spool.
 *
 * The main thread handles signals, notifications of new files and timers. Other threads, the sinks, process the files:
 * several workers for the database, one thread for the upstream. All state is in the spool and in the database: the
 * process may be killed at any point, and several of them may run at the same time.
 */
#pragma once

#include <stdbool.h>

#include "relay/relay_config.h"
#include "util/err.h"

struct forwarder;

/* Opens everything and starts the sinks. NULL with err. To be called before the process has other threads: it blocks
 * signals for them, too. */
struct forwarder *forwarder_start(const struct relay_config *config, struct err *err);

/* Runs until SIGTERM or SIGINT (true), or until a directory of the spool was removed or replaced (false). */
bool forwarder_run(struct forwarder *forwarder);

/* Waits some seconds for the jobs under way and frees everything. False when a sink hangs: then nothing is freed, and
 * the caller must end the process with _exit, since that thread still uses it all. */
bool forwarder_stop(struct forwarder *forwarder);
