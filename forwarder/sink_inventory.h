/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sink_inventory: takes inventories that came as messages (processing.inventory.smime) apart and puts their two files
 * where the web application of this server picks them up.
 *
 * One thread does all of it, a file at a time: an inventory a day of each of 50,000 nodes is one in two seconds.
 *
 *     sink_inventory.c     the thread: which message is next, and what becomes of it
 *     inventory_check.c    is it what its node signed? (steps of spool_process)
 *     inventory_deliver.c  the two files
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "relay/relay_state.h"
#include "spool_source.h"
#include "util/err.h"

struct sink_inventory;

/* Serves those of the count sources whose output is files. The caller keeps all arguments. NULL with err. */
struct sink_inventory *sink_inventory_start(const struct relay_config *config, struct relay_state *state,
                                            struct spool_source *sources, size_t count, struct err *err);

/* Takes no more messages, and makes no suspects of what is in work. Takes NULL. */
void sink_inventory_stop(struct sink_inventory *sink);

/* Waits for the end after sink_inventory_stop, no longer than until_ms (clock_ms), and frees the sink. False when it
 * has not ended. Takes NULL. */
bool sink_inventory_join(struct sink_inventory *sink, int64_t until_ms);
