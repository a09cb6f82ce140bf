/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * worker_outcome: the end of a job that was tried in the database: counts and logs it, and lets the file leave the
 * spool or wait. A part of worker.
 */
#pragma once

#include "job.h"
#include "relay/report_db.h"
#include "run_faults.h"

/* A run that is not to be tried again is forgotten in faults. */
void worker_outcome_end_job(struct job *job, const struct report_db_run *run, struct run_faults *faults);
