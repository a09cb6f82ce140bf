/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_batch: several runs in one transaction. Part of report_db.
 *
 * Four round trips, whatever the number of runs:
 *   1. begin, and take the advisory lock of each run's key, in ascending order: two forwarders with the same runs wait
 *      for each other here and cannot deadlock. (A lock a run, not a node: the back-log of one node needs not go one
 *      after the other.)
 *   2. in a statement of its own, which therefore sees what a former holder of the lock committed: which runs are there
 *      already; ids from the sequence and the ReportsExecution row for those that are not.
 *   3. and 4. COPY of the reports, COMMIT right behind it.
 */
#ifndef RELAY_REPORT_DB_BATCH_H
#define RELAY_REPORT_DB_BATCH_H

#include <stdint.h>

#include "relay/report_db.h"
#include "relay/report_db_conn.h"

struct report_db_item {
    struct report_db_run *run; /* has at least one report */
    int64_t key;               /* key of its advisory lock; equal for runs of one node with one start */
    size_t place;              /* in the caller's list */
    bool done;                 /* the run's outcome is known */
};

int64_t report_db_batch_key(const struct runlog *runlog);

/* The most runs in a batch: PostgreSQL limits the length of a SELECT list and the number of locks. */
enum { REPORT_DB_BATCH_MAX = 500 };

/* items: ascending by key, no key twice, at most REPORT_DB_BATCH_MAX. True when committed; then all outcomes are set:
 * STORED, DUPLICATE, or REFUSED for a run whose node and date another run has. On false failure says why; nothing is
 * stored, or, if it is LOST, that is unknown. */
bool report_db_batch_store(struct report_db_conn *conn, struct report_db_item **items, size_t count,
                           struct report_db_failure *failure);

#endif
