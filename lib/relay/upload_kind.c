/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/upload_kind.h"

static const struct upload_kind upload_kinds[RELAY_KINDS] = {
    [RELAY_KIND_REPORT] = {"incoming", "/reports/", "reports", "Run logs", false},
    [RELAY_KIND_INVENTORY] = {"incoming", "/inventories/", "inventories", "Inventories", true},
    [RELAY_KIND_INVENTORY_UPDATE] = {"accepted-nodes-updates", "/inventory-updates/", "inventory_updates",
                                     "Inventory updates", false},
    [RELAY_KIND_MESSAGE] = {"incoming-smime", "/inventories/", "inventory_messages", "Inventories in messages", true},
    [RELAY_KIND_MESSAGE_UPDATE] = {"accepted-nodes-updates-smime", "/inventory-updates/", "inventory_update_messages",
                                   "Inventory updates in messages", false},
    [RELAY_KIND_SYSLOG] = {"incoming", "", "syslog_runs", "Run logs by syslog", false},
};

const char *const upload_kind_labels[RELAY_UPLOAD_KINDS] = {
    [RELAY_KIND_REPORT] = "report",
    [RELAY_KIND_INVENTORY] = "inventory",
    [RELAY_KIND_INVENTORY_UPDATE] = "inventory_update",
    [RELAY_KIND_MESSAGE] = "inventory_message",
    [RELAY_KIND_MESSAGE_UPDATE] = "inventory_update_message",
};

const struct upload_kind *upload_kind(enum relay_kind kind)
{
    return &upload_kinds[kind];
}

const char *upload_kind_directory(enum relay_kind kind, const struct relay_config *config)
{
    switch (kind) {
    case RELAY_KIND_REPORT:
        return config->reporting.directory;
    case RELAY_KIND_SYSLOG:
        return config->syslog.directory;
    default:
        return config->inventory.directory;
    }
}

bool upload_kind_is_run(enum relay_kind kind)
{
    return kind == RELAY_KIND_REPORT || kind == RELAY_KIND_SYSLOG;
}

static bool is_message(enum relay_kind kind)
{
    return kind == RELAY_KIND_MESSAGE || kind == RELAY_KIND_MESSAGE_UPDATE;
}

enum relay_output upload_kind_output(enum relay_kind kind, const struct relay_config *config)
{
    if (!upload_kind_used(kind, config)) {
        return RELAY_OUTPUT_DISABLED;
    }
    if (is_message(kind)) {
        return RELAY_OUTPUT_FILES;
    }
    return upload_kind_is_run(kind) ? config->reporting.output : config->inventory.output;
}

bool upload_kind_used(enum relay_kind kind, const struct relay_config *config)
{
    return kind == RELAY_KIND_SYSLOG ? config->syslog.enabled : !is_message(kind) || config->inventory.smime;
}

enum relay_kind upload_kind_unpacked(enum relay_kind message)
{
    return message == RELAY_KIND_MESSAGE ? RELAY_KIND_INVENTORY : RELAY_KIND_INVENTORY_UPDATE;
}
