/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inventory_pair: keeps an inventory and its signature, which are two files, together: the signature is sent right
 * after its inventory, because the web application on root takes an inventory without signature for an unsigned one.
 *
 * A run log is neither inventory nor signature; for its name these functions do nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dispatch.h"
#include "relay/inventory_name.h"
#include "relay/spool.h"

/* For dispatch_order_by: signatures before all inventories. A sink that takes a signature whose inventory still waits
 * defers it; once the inventory is sent and the signature released, it is therefore the next file. */
int64_t inventory_pair_order(const char *name);

/* Is this a signature whose inventory is still in the spool? */
bool inventory_pair_waits(const struct spool *spool, const char *name);

/* The inventory was sent: its signatures that are in the spool wait no longer. */
void inventory_pair_release(struct dispatch *dispatch, const struct spool *spool,
                            const struct inventory_names *signatures);

/* The inventory was refused: its signatures go to failed/, too, so that both can be replayed together. */
void inventory_pair_refuse(struct spool *spool, const char *inventory);
