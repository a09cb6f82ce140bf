/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_info: what the name of a run log file says.
 *
 * Source: PROTOCOL.md section 4. `<datetime>@<node-id>.log` and `<node-id>_<datetime>.log`, both with an optional `.gz`
 * or `.zip`; `_` may stand for `:` in the datetime.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/node_id.h"
#include "util/decompress.h"
#include "util/err.h"
#include "util/timestamp.h"

struct run_info {
    char node_id[NODE_ID_SIZE];
    struct timestamp timestamp;
    enum compression compression; /* by the extension */
};

bool run_info_parse(const char *name, size_t len, struct run_info *info, struct err *err);

enum { QUEUE_ID_SIZE = 33 };

/* PROTOCOL.md section 13: the first 16 bytes of SHA-256 of the file name, upper-case hex, to follow a file across
 * relays. */
void run_info_queue_id(const char *name, size_t len, char out[QUEUE_ID_SIZE]);
