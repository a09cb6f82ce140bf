/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * queue_stats: what waits and what failed, read from the spools. Reading takes at most about a tenth of the time: an
 * empty queue is read for each request, one of 100,000 files every few seconds.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "system/spool_totals.h"

struct queue_stats {
    struct spool_totals totals[RELAY_KINDS]; /* by enum relay_kind */
    int64_t read_at_us;                      /* on the monotonic clock; 0: never */
    int64_t took_us;
};

void queue_stats_read(struct queue_stats *figures, const struct relay_config *config);
void queue_stats_free(struct queue_stats *figures);

/* {"waiting": {"reports": TOTAL, "inventories": TOTAL, "inventory_updates": TOTAL}, "failed": the same, each TOTAL with
 * "errors": [{"reason", TOTAL...}]}; with processing.inventory.smime also "inventory_messages" and
 * "inventory_update_messages". TOTAL is "files", "bytes" and "oldest_seconds" (null when there are none), or {"error"}
 * when the directory cannot be read. */
json_t *queue_stats_json(const struct queue_stats *figures, int64_t now_seconds);
