/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * worker_batch: the runs that a worker has gathered, and the attempt to store them. A part of worker.
 *
 * Each run gets the outcome that report_db gives it, except that a run at fault itself (run_faults) is REFUSED. The
 * verdict says what the outcomes together mean for the database.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "job.h"
#include "relay/report_db.h"
#include "run_faults.h"

struct worker_batch {
    struct report_db *db;
    struct run_faults *faults;
    struct job *jobs;           /* the first `count` are ready to be stored */
    struct report_db_run *runs; /* of the same jobs */
    size_t count;
    bool probing; /* the database's breaker is open, and this worker finds out whether it may close */
};

struct batch_verdict {
    bool good;              /* something is stored */
    const struct err *down; /* why the database cannot be used; NULL if it can. Valid until the next attempt */
};

/* Stores the batch: all runs together, or one after the other while probing. */
struct batch_verdict worker_batch_store(struct worker_batch *batch);
