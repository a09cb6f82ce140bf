/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory_pair.h"

#include "util/log.h"

#define LOG_COMPONENT "inventory_pair"

int64_t inventory_pair_order(const char *name)
{
    return inventory_name_is_signature(name);
}

bool inventory_pair_waits(const struct spool *spool, const char *name)
{
    struct inventory_names inventories;
    bool waits = false;
    inventory_name_signed(name, &inventories);
    for (size_t i = 0; i < inventories.count; i++) {
        waits |= spool_waits(spool, inventories.at[i]);
    }
    return waits;
}

void inventory_pair_release(struct dispatch *dispatch, const struct spool *spool,
                            const struct inventory_names *signatures)
{
    for (size_t i = 0; i < signatures->count; i++) {
        if (spool_waits(spool, signatures->at[i])) {
            dispatch_arrived(dispatch, signatures->at[i]);
        }
    }
}

void inventory_pair_refuse(struct spool *spool, const char *inventory)
{
    struct inventory_names signatures;
    inventory_name_signatures(inventory, &signatures);
    for (size_t i = 0; i < signatures.count; i++) {
        const char *name = signatures.at[i];
        struct err err;
        if (!spool_waits(spool, name) || inventory_pair_waits(spool, name)) {
            continue;
        }
        const struct spool_refusal refusal = {.node_id = "", .reason = "the inventory that it signs was refused"};
        if (spool_quarantine(spool, name, NULL, &refusal, &err) == SPOOL_LEFT) {
            log_warn("signature refused with its inventory", log_text("file", name));
        } else {
            log_warn("a signature stays, though its inventory was refused", log_text("file", name),
                     log_text("reason", err.text));
        }
    }
}
