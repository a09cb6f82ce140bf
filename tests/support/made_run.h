/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * made_run: run logs made in memory, for what tests and benchmarks store.
 */
#pragma once

#include "relay/runlog.h"

struct made_run {
    const char *node_id;
    int64_t start; /* seconds since 1970 */
    size_t reports;
    bool partial;
    const char *config_id; /* NULL: none */
    const char *message;   /* of the last report; NULL: one like the others */
    const char *rule_id;   /* of all reports; NULL: one of ten */
    size_t extra;          /* at this place is a report that the run does not have otherwise; 0: none */
    const char *event;     /* event type of the report in the middle; NULL: as usual */
};

/* Like an agent's: control/start first, then results, a log entry now and then, control/end last; about 280 bytes a
 * report. The texts live in the run log's arena. */
void made_run_fill(struct runlog *runlog, const struct made_run *made);
