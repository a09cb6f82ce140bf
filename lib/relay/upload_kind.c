/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/upload_kind.h"

static const struct upload_kind upload_kinds[RELAY_KINDS] = {
    [RELAY_KIND_REPORT] = {"incoming", "/reports/", "reports", "Run logs", false},
    [RELAY_KIND_INVENTORY] = {"incoming", "/inventories/", "inventories", "Inventories", true},
    [RELAY_KIND_INVENTORY_UPDATE] = {"accepted-nodes-updates", "/inventory-updates/", "inventory_updates",
                                     "Inventory updates", false},
};

const char *const upload_kind_labels[RELAY_KINDS] = {
    [RELAY_KIND_REPORT] = "report",
    [RELAY_KIND_INVENTORY] = "inventory",
    [RELAY_KIND_INVENTORY_UPDATE] = "inventory_update",
};

const struct upload_kind *upload_kind(enum relay_kind kind)
{
    return &upload_kinds[kind];
}

const char *upload_kind_directory(enum relay_kind kind, const struct relay_config *config)
{
    return kind == RELAY_KIND_REPORT ? config->reporting.directory : config->inventory.directory;
}

enum relay_output upload_kind_output(enum relay_kind kind, const struct relay_config *config)
{
    return kind == RELAY_KIND_REPORT ? config->reporting.output : config->inventory.output;
}
