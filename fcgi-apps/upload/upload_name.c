/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upload/upload_name.h"

#include <string.h>

#include "relay/inventory_name.h"

static bool upload_name_take(struct slice raw, struct upload_name *name, struct err *err)
{
    const char *reason = "";
    *name = (struct upload_name){0};
    run_info_queue_id(raw.at, raw.len, name->queue_id);
    if (!safe_file_name(raw.at, raw.len, &reason)) {
        return err_set(err, "%s", reason);
    }
    memcpy(name->text, raw.at, raw.len);
    return true;
}

bool upload_name_report(struct slice raw, struct upload_name *name, struct err *err)
{
    struct run_info info;
    if (!upload_name_take(raw, name, err) || !run_info_parse(raw.at, raw.len, &info, err)) {
        return false;
    }
    memcpy(name->node_id, info.node_id, sizeof name->node_id);
    return true;
}

bool upload_name_inventory(struct slice raw, struct upload_name *name, struct err *err)
{
    if (!upload_name_take(raw, name, err)) {
        return false;
    }
    return inventory_name_valid(raw) ||
           err_set(err, "an inventory's name ends in .ocs, .xml, .ocs.gz or .xml.gz, perhaps with .sign behind it");
}
