/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inventory_pair: an inventory and its signature, two files that go the same way: the signature right behind its
 * inventory, since the web application on root takes an inventory that stays without for an unsigned one.
 *
 * What is no inventory (a run log) has no signature and is none: then nothing here does anything.
 */
#ifndef RELAY_FORWARDER_INVENTORY_PAIR_H
#define RELAY_FORWARDER_INVENTORY_PAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch.h"
#include "relay/inventory_name.h"
#include "relay/spool.h"

/* For dispatch_order_by: inventories as they come. A signature is looked at before all of them, and put off if its
 * inventory waits; when that has gone it is the next. */
int64_t inventory_pair_order(const char *name);

/* Is this a signature whose inventory is still there? */
bool inventory_pair_waits(const struct spool *spool, const char *name);

/* The inventory has gone: those of its signatures that wait may follow. */
void inventory_pair_release(struct dispatch *dispatch, const struct spool *spool,
                            const struct inventory_names *signatures);

/* The inventory was refused: its signature is of no use without it. Into failed/, for both to be replayed. */
void inventory_pair_refuse(struct spool *spool, const char *inventory);

#endif
