/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * worker: one of the threads that bring runs from the spool into the database, a batch at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "attempts.h"
#include "db_breaker.h"
#include "relay/relay_config.h"
#include "relay/report_lists.h"
#include "relay/syslog_rules.h"
#include "run_age.h"
#include "run_faults.h"
#include "signed_nodes.h"
#include "spool_source.h"
#include "util/err.h"

/* What all workers share. It outlives them. */
struct worker_shared {
    const struct relay_config *config;
    struct spool_source *source;
    struct db_breaker *breaker;
    struct run_age *ages;
    struct run_faults *faults;
    struct attempts *attempts;
    struct report_lists *lists;
    const struct syslog_rules *syslog; /* these two: NULL unless runs are taken by syslog */
    struct signed_nodes *signed_nodes;
    int stop_fd; /* an eventfd, readable once the workers shall end: see report_db_stop_fd */
};

struct worker;

/* Opens what the worker needs for itself and starts its thread. NULL with err. */
struct worker *worker_start(const struct worker_shared *shared, unsigned number, struct err *err);

/* Waits until the worker has ended, after dispatch_stop and db_breaker_stop, but no longer than until_ms (clock_ms),
 * and frees it. False when it has not ended: it hangs in the database, and only the end of the process ends it. */
bool worker_join(struct worker *worker, int64_t until_ms);
