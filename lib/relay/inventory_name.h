/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inventory_name: an inventory and its signature, which travel as two files, by their names.
 *
 * Source: PROTOCOL.md section 8. The signature of NAME.ocs is NAME.ocs.sign. So is that of NAME.ocs.gz, since what is
 * signed is what is inside; NAME.ocs.gz.sign is its signature, too.
 */
#ifndef RELAY_INVENTORY_NAME_H
#define RELAY_INVENTORY_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "util/safe_file.h"
#include "util/slice.h"

enum { INVENTORY_NAME_WAYS = 2 };

struct inventory_names {
    size_t count;
    char at[INVENTORY_NAME_WAYS][SAFE_FILE_NAME_SIZE + sizeof ".sign"];
};

/* Is it the name of an inventory or of a signature? They end in .ocs, .xml, .ocs.gz, .xml.gz or these plus .sign. */
bool inventory_name_valid(struct slice name);

/* Is this a signature, by its name? */
bool inventory_name_is_signature(const char *name);

/* What the inventory may be called that this file signs; none when it is no signature. */
void inventory_name_signed(const char *signature, struct inventory_names *inventories);

/* What the signature of this inventory may be called; none when it is a signature itself. */
void inventory_name_signatures(const char *inventory, struct inventory_names *signatures);

#endif
