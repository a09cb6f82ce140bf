/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * forwarder: the daemon: brings the run logs that wait in the spool into the database, and cleans the spool up.
 *
 * The main thread has the signals, the notifications and the timers; the workers do the work. All state is in the
 * spool and in the database: the process may end at any point, and any number of them may run beside each other.
 */
#ifndef RELAY_FORWARDER_FORWARDER_H
#define RELAY_FORWARDER_FORWARDER_H

#include <stdbool.h>

#include "relay/relay_config.h"
#include "util/err.h"

struct forwarder;

/* Opens everything and starts the workers. NULL with err. To be called before any other thread is there. */
struct forwarder *forwarder_start(const struct relay_config *config, struct err *err);

/* Until SIGTERM or SIGINT (true), or until a spool folder is taken away from under it (false). */
bool forwarder_run(struct forwarder *forwarder);

/* Finishes what is in hand, within seconds, and frees everything. False when a worker hangs in the database: then
 * nothing is freed and the process must end without ado (_exit). */
bool forwarder_stop(struct forwarder *forwarder);

#endif
