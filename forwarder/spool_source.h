/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_source: one directory of the spool that the forwarder empties: where its files are, which of them wait, and
 * what is the same for all jobs made of them.
 *
 * The main thread watches the directory (scans and notifications) and adds names to the dispatch; a sink takes them
 * from there as jobs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dispatch.h"
#include "failed_room.h"
#include "relay/relay_config.h"
#include "relay/relay_metrics.h"
#include "relay/spool.h"
#include "spool_watch.h"
#include "util/backoff.h"
#include "util/err.h"

struct spool_source {
    /* set by the caller before spool_source_open */
    enum relay_kind kind;
    const struct backoff *retry; /* of a file that is tried again */
    struct relay_state *state;   /* where the jobs are counted; may be NULL */
    /* set by spool_source_open */
    enum relay_output output;
    struct spool *spool;
    struct dispatch *dispatch;
    struct failed_room *failed_room;
    spool_watch_wants *wanted;
    int inotify_fd; /* -1: there are no notifications, the scans find the files */
    int64_t scan_interval_s;
    int64_t next_scan_ms;
};

/* False with err. spool_source_close in any case. */
bool spool_source_open(struct spool_source *source, const struct relay_config *config, struct err *err);
void spool_source_close(struct spool_source *source);

/* Scans the directory if it is time to; *next_ms is when it is the next time. False when the directory was removed or
 * replaced: then new uploads go elsewhere, and the program must end to be started anew. */
bool spool_source_scan_if_due(struct spool_source *source, int64_t *next_ms);

/* Reads the notifications, for when inotify_fd is readable. False as above. */
bool spool_source_read_events(struct spool_source *source);

/* For the directories whose output is disabled, and whose files somebody else takes (on root the web application):
 * gives files that wait beside others the name once it is free. */
void spool_source_release_disabled(const struct relay_config *config);
