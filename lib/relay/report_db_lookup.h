/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_lookup: finds out which runs of a transaction are new, and gives these their ids. Nearly always all are, so
 * it first asks whether there is anything of them, and only then what. Part of report_db.
 */
#pragma once

#include <stdint.h>

#include "relay/report_db.h"
#include "relay/report_db_conn.h"
#include "relay/report_db_plan.h"

struct report_db_item {
    struct report_db_run *run;         /* has at least one report */
    int64_t key;                       /* key of its advisory lock; equal for runs of one node with one start */
    size_t place;                      /* in the caller's list */
    bool done;                         /* the run's outcome is known */
    const struct report_db_plan *plan; /* how it goes into compact storage; NULL: each report as a row */
};

/* What it found out about one run. */
struct report_db_finding {
    struct report_db_item *item;
    bool stored; /* it is there already */
    bool is_new;
    int64_t first_id; /* if it is new: of its first report; the others follow */
};

/* Ids from first_id on were claimed for all reports of the items (report_db_ids.h). *highest: the highest id that is
 * drawn or stored. If that is not below first_id, others were faster with these ids, and the findings say nothing.
 * False with failure on errors. */
bool report_db_lookup(struct report_db_conn *conn, struct report_db_item **items, size_t count, int64_t first_id,
                      struct report_db_finding *findings, int64_t *highest, struct report_db_failure *failure);
