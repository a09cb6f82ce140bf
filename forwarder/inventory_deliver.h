/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inventory_deliver: puts an inventory and its signature file where the web application of this server picks them up.
 *
 * Source: PROTOCOL.md section 8. The web application reacts to a rename into its directory. It takes an inventory that
 * has no signature for an unsigned one, and does nothing about a signature that has no inventory, nor about temporary
 * names (safe_file.h), which the upload program uses there as well: so the files belong to the group by which the web
 * application reads them. First both files are on disk under such names, then the signature gets its name, then the
 * inventory, which makes them a pair. A forwarder that is killed in between leaves a signature, to which the next one
 * brings the inventory. One that is killed before the message leaves the spool delivers the pair twice.
 *
 * No file is replaced. While there is an inventory of the name, or a signature that is another, the message waits in
 * its own directory. A signature without inventory that is older than an hour goes to failed/: nobody may keep a name
 * from a node in that way.
 */
#pragma once

#include <stdbool.h>

#include "relay/spool.h"
#include "util/err.h"
#include "util/slice.h"

enum inventory_delivery {
    INVENTORY_DELIVERED,
    INVENTORY_NAME_TAKEN, /* nothing was done */
    INVENTORY_NOT_WRITTEN, /* with the reason; nothing was done, or the signature is there */
};

/* Is there an inventory in `target` that has the name of the one in this message? Costs little. */
bool inventory_deliver_taken(const struct spool *target, const char *message);

/* message: the name of the file that the two came out of. */
enum inventory_delivery inventory_deliver(struct spool *target, const char *message, struct slice inventory,
                                          struct slice signature, struct err *reason);
