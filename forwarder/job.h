/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * job: one file of the spool that a sink works on, from job_take to one of the ways in which a job ends.
 *
 * Each job ends with exactly one of job_complete, job_refuse, job_defer, job_hold, job_requeue and job_finish. A file
 * leaves incoming/ only here: job_complete removes it, job_refuse moves it to failed/. Both do so only if the file is
 * still the one that was read; if another file has its name by now, that one waits.
 *
 * This module counts what is the same for all sinks: retries, refusals before a sink was asked, the last error. The
 * sink counts what became of the files that it was given.
 */
#pragma once

#include "spool_process.h"
#include "spool_source.h"

struct job {
    struct spool_source *source; /* where the file came from */
    struct queued_run *run;      /* its place in the source's queue */
    struct spool_file file;
    int64_t taken_ms; /* clock_ms */
};

/* Takes the next file that waits in the source. False when none does. */
bool job_take(struct job *job, struct spool_source *source);

/* The sink has the file: it leaves the spool. */
void job_complete(struct job *job);

/* The file can never be accepted: it goes to failed/ with the reason. The signature of an inventory goes with it. */
void job_refuse(struct job *job, const char *reason);

/* The cause may pass: the file waits for its own back-off, but no longer than its retry_within_ms and wait_max_ms
 * (0: no limit). */
void job_defer(struct job *job, const char *reason, int64_t wait_max_ms);

/* The file waits for this long. Nothing is wrong with it, so nothing is logged or counted. */
void job_hold(struct job *job, int64_t wait_ms);

/* The file waits as it did before it was taken: nothing was learnt about it. */
void job_requeue(struct job *job);

/* Ends the job according to the verdict of spool_process, which is any but SPOOL_READY. */
void job_finish(struct job *job, enum spool_verdict verdict, const char *reason);

/* Counts what became of a run log in the database: stored, refused, of an unknown node. One that came by syslog is
 * counted apart. */
void job_count_run(const struct job *job, enum relay_report_result result);

/* Counts how long the job took so far, and the size of its content, expanded. For run logs that were uploaded; for
 * others it does nothing. */
void job_count_processed(const struct job *job, uint64_t bytes);

/* How long ago the file came. */
int64_t job_age_ms(const struct job *job);

/* Releases the buffers. */
void job_free(struct job *job);
