/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/inventory_name.h"

#include <stdio.h>
#include <string.h>

static const char sign[] = ".sign";
static const char gz[] = ".gz";

static void inventory_name_add(struct inventory_names *names, struct slice stem, const char *suffix)
{
    if (stem.len + strlen(suffix) < sizeof names->at[0]) {
        snprintf(names->at[names->count++], sizeof names->at[0], "%.*s%s", (int)stem.len, stem.at, suffix);
    }
}

/* Takes the suffix off. False when the name does not end in it, or is nothing else. */
static bool take_off(struct slice *name, const char *suffix)
{
    size_t len = strlen(suffix);
    bool has_it = name->len > len && slice_ends_with(*name, suffix);
    name->len -= has_it ? len : 0;
    return has_it;
}

bool inventory_name_valid(struct slice name)
{
    static const char *const extensions[] = {".ocs", ".xml", ".ocs.gz", ".xml.gz"};
    take_off(&name, sign);
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        if (slice_ends_with(name, extensions[i])) {
            return true;
        }
    }
    return false;
}

bool inventory_name_is_signature(const char *name)
{
    struct slice rest = slice_from_str(name);
    return take_off(&rest, sign);
}

void inventory_name_signed(const char *signature, struct inventory_names *inventories)
{
    struct slice name = slice_from_str(signature);
    inventories->count = 0;
    if (take_off(&name, sign)) {
        inventory_name_add(inventories, name, "");
        if (!slice_ends_with(name, gz)) {
            inventory_name_add(inventories, name, gz);
        }
    }
}

void inventory_name_signatures(const char *inventory, struct inventory_names *signatures)
{
    struct slice name = slice_from_str(inventory);
    signatures->count = 0;
    if (slice_ends_with(name, sign)) {
        return;
    }
    inventory_name_add(signatures, name, sign);
    if (take_off(&name, gz)) {
        inventory_name_add(signatures, name, sign);
    }
}

static const char *const message_extensions[] = {".smime.ocs.gz", ".smime.xml.gz"};

/* Takes the extension off. *extension is what the inventory itself has. */
static bool take_off_message(struct slice *name, const char **extension)
{
    static const char *const of_inventory[] = {".ocs", ".xml"};
    for (size_t i = 0; i < sizeof message_extensions / sizeof *message_extensions; i++) {
        if (take_off(name, message_extensions[i])) {
            *extension = of_inventory[i];
            return true;
        }
    }
    return false;
}

bool inventory_name_is_message(const char *name)
{
    struct slice rest = slice_from_str(name);
    const char *extension;
    return take_off_message(&rest, &extension);
}

bool inventory_name_unpacked(const char *message, char inventory[SAFE_FILE_NAME_SIZE],
                             char signature[SAFE_FILE_NAME_SIZE])
{
    struct slice stem = slice_from_str(message);
    const char *extension;
    if (!take_off_message(&stem, &extension) || stem.len + strlen(extension) + strlen(sign) >= SAFE_FILE_NAME_SIZE) {
        return false;
    }
    snprintf(inventory, SAFE_FILE_NAME_SIZE, "%.*s%s", (int)stem.len, stem.at, extension);
    snprintf(signature, SAFE_FILE_NAME_SIZE, "%.*s%s%s", (int)stem.len, stem.at, extension, sign);
    return true;
}
