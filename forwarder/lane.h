/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lane: one folder of the spool that the forwarder empties: the files in it that wait, and how it learns of them.
 *
 * The main thread looks at the folder; a sink takes the names from the dispatch.
 */
#ifndef RELAY_FORWARDER_LANE_H
#define RELAY_FORWARDER_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "dispatch.h"
#include "relay/relay_config.h"
#include "relay/relay_metrics.h"
#include "relay/spool.h"
#include "spool_watch.h"
#include "util/err.h"

struct lane {
    enum relay_kind kind;
    enum relay_output output;
    struct spool *spool;
    struct dispatch *dispatch;
    spool_watch_wants *wanted;
    int inotify_fd; /* -1: scans only */
    int64_t frequency_s;
    int64_t next_scan_ms;
};

/* Is there anything for the forwarder to do with files of this kind? */
enum relay_output lane_output(const struct relay_config *config, enum relay_kind kind);

/* False with err; lane_close in any case. */
bool lane_open(struct lane *lane, const struct relay_config *config, enum relay_kind kind, struct err *err);
void lane_close(struct lane *lane);

/* Looks through the folder when it is time to; *next_ms is then the next time. False when the folder was taken away. */
bool lane_keep_time(struct lane *lane, int64_t *next_ms);

/* Takes the notifications. False when the folder was taken away. */
bool lane_read(struct lane *lane);

#endif
