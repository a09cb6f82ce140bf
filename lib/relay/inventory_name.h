/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inventory_name: the names of an inventory and its signature, which travel as two files.
 *
 * Source: PROTOCOL.md section 8. The signature of NAME.ocs is NAME.ocs.sign. NAME.ocs.gz may have NAME.ocs.sign as
 * well, because the signature is over the uncompressed content, or NAME.ocs.gz.sign.
 *
 * A message that holds both (forwarder/inventory_message.h) is called NAME.smime.ocs.gz or NAME.smime.xml.gz: relays of
 * any version, Rudder's own too, pass on a file of such a name.
 */
#pragma once

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

/* The names that the inventory of this signature may have. None when the file is not a signature. */
void inventory_name_signed(const char *signature, struct inventory_names *inventories);

/* The names that the signature of this inventory may have. None when the file is itself a signature. */
void inventory_name_signatures(const char *inventory, struct inventory_names *signatures);

/* Is this a message that holds both? */
bool inventory_name_is_message(const char *name);

/* The names that its two files get. False when a name is too long for the second. */
bool inventory_name_unpacked(const char *message, char inventory[SAFE_FILE_NAME_SIZE],
                             char signature[SAFE_FILE_NAME_SIZE]);
