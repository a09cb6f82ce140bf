/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_batch: several runs in one transaction. Part of report_db.
 *
 * Five round trips, whatever the number of runs:
 *   1. begin; take the advisory lock of each run's key, in ascending order: two forwarders with the same runs wait for
 *      each other here and cannot deadlock (a lock a run, not a node: the back-log of one node needs not go one after
 *      the other); claim ids for all reports (report_db_ids.h).
 *   2. in a statement of its own, which therefore sees what a former holder of the lock committed: is one of the runs
 *      there already, and is the claim good?
 *   3. to 5. COPY of the ReportsExecution rows, then of the reports; right behind it COMMIT, after those with lower
 *      ids, and the sequence is advanced.
 * Processor time for a transaction matters: most have few runs, and there are several a second. So statements are few
 * and short, which makes them cheap to plan.
 */
#pragma once

#include <stdint.h>

#include "relay/report_db.h"
#include "relay/report_db_conn.h"
#include "relay/report_db_lookup.h"

int64_t report_db_batch_key(const struct runlog *runlog);

/* The most runs in a batch: PostgreSQL limits the number of locks. */
enum { REPORT_DB_BATCH_MAX = 500 };

/* items: ascending by key, no key twice, at most REPORT_DB_BATCH_MAX. True when committed; then all outcomes are set:
 * STORED, DUPLICATE, or REFUSED for a run whose node and date another run has. On false failure says why; nothing is
 * stored, or, if it is LOST, that is unknown. */
bool report_db_batch_store(struct report_db_conn *conn, struct report_db_item **items, size_t count,
                           struct report_db_failure *failure);
