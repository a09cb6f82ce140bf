/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upload_name: which file names each upload directory takes.
 *
 * Source: PROTOCOL.md section 4 (run logs) and section 8 (inventories). A name that passes is one harmless path
 * component.
 */
#ifndef RELAY_UPLOAD_UPLOAD_NAME_H
#define RELAY_UPLOAD_UPLOAD_NAME_H

#include <stdbool.h>

#include "relay/node_id.h"
#include "relay/run_info.h"
#include "util/err.h"
#include "util/safe_file.h"
#include "util/slice.h"

struct upload_name {
    struct slice raw;                /* as it came: for the log */
    char text[SAFE_FILE_NAME_SIZE];  /* "" until it is found good */
    char node_id[NODE_ID_SIZE];      /* run logs only */
    char queue_id[QUEUE_ID_SIZE];
};

/* raw and queue_id are set in any case. */
bool upload_name_report(struct slice raw, struct upload_name *name, struct err *err);
bool upload_name_inventory(struct slice raw, struct upload_name *name, struct err *err);

#endif
