/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upload_name: which file names each upload directory takes.
 *
 * Source: PROTOCOL.md section 4 (run logs) and section 8 (inventories). A name that passes is one harmless path
 * component.
 */
#pragma once

#include <stdbool.h>

#include "relay/node_id.h"
#include "relay/run_info.h"
#include "util/err.h"
#include "util/safe_file.h"
#include "util/slice.h"

struct upload_name {
    char text[SAFE_FILE_NAME_SIZE]; /* "" until it is found good */
    char node_id[NODE_ID_SIZE];     /* run logs only */
    char queue_id[QUEUE_ID_SIZE];
};

/* False with err when the directory takes no such name; the queue id is set all the same. raw: as it came. */
typedef bool upload_name_rule(struct slice raw, struct upload_name *name, struct err *err);

upload_name_rule upload_name_report;
upload_name_rule upload_name_inventory;
