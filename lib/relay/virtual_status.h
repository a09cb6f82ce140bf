/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * virtual_status: how the virtual nodes are, in a file that rudder-relay-virtual writes and the command reads:
 * status.json in virtual.state_directory, replaced whole.
 *
 *     {"nodes": [{"node": ID, "last": SECONDS, "took_ms": N, "ok": BOOL, "reason": TEXT, "next": SECONDS,
 *                 "running": BOOL}, ...]}
 *
 * The daemon reads it at its start to know which runs it has missed. Without it every node counts as one that was never
 * run.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/node_id.h"
#include "util/err.h"

struct virtual_status {
    char node_id[NODE_ID_SIZE];
    int64_t last;      /* when its last run began, in seconds since 1970; 0: never */
    int64_t took_ms;   /* how long that took */
    bool ok;           /* the command has succeeded, and its run log is in the spool or kept */
    struct err reason; /* why not, or why it is not run */
    int64_t next;      /* when it is run next, in seconds since 1970; 0: it is not */
    bool running;
};

struct virtual_statuses {
    struct virtual_status *at;
    size_t count;
};

/* Takes the place of the file in the directory. */
bool virtual_statuses_write(const struct virtual_statuses *statuses, const char *directory, struct err *err);

/* False with err, and nothing to free, when the file is not there or is none. */
bool virtual_statuses_read(struct virtual_statuses *statuses, const char *directory, struct err *err);
void virtual_statuses_free(struct virtual_statuses *statuses);

/* NULL: there is none. */
const struct virtual_status *virtual_statuses_find(const struct virtual_statuses *statuses, const char *node_id);
