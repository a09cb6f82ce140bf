/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * worker_group: the workers that bring the runs of one directory of the spool into the database, and what they share.
 *
 * Runs that came by syslog have a group of their own, of one worker: whatever comes there never delays a signed run.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "signed_nodes.h"
#include "util/backoff.h"
#include "util/err.h"
#include "worker.h"

/* Zeroed before worker_group_start. */
struct worker_group {
    struct worker_shared shared;
    struct worker **workers;
    unsigned count;
};

/* What the caller has for all groups, and keeps. */
struct worker_group_common {
    const struct relay_config *config;
    struct relay_state *state;
    const struct backoff *breaker_backoff;
    struct report_lists *lists;
    const struct syslog_rules *syslog; /* these two: NULL unless runs are taken by syslog */
    struct signed_nodes *signed_nodes;
};

/* False with err. worker_group_stop, _join and _free in any case. */
bool worker_group_start(struct worker_group *group, const struct worker_group_common *common,
                        struct spool_source *source, struct err *err);

/* Has idle workers ask the database whether it is there. */
void worker_group_wake_idle(struct worker_group *group);

/* The reason why the database could not be used may be gone. */
void worker_group_probe_now(struct worker_group *group);

/* Tells the workers to end; waits for it until until_ms (clock_ms), false when one hangs. */
void worker_group_stop(struct worker_group *group);
bool worker_group_join(struct worker_group *group, int64_t until_ms);
void worker_group_free(struct worker_group *group);
