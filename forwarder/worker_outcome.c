/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worker_outcome.h"

#include <string.h>
#include <time.h>

#include "util/log.h"

#define LOG_COMPONENT "worker"

static void log_stored(const struct job *job, const struct report_db_run *stored)
{
    const struct spool_file *file = &job->file;
    if (!log_enabled(LOG_LEVEL_INFO, LOG_COMPONENT)) {
        return;
    }
    char queue_id[QUEUE_ID_SIZE];
    run_info_queue_id(file->name, strlen(file->name), queue_id);
    log_info(stored->outcome == REPORT_DB_STORED ? "run stored" : "run was stored before",
             log_text("queue_id", queue_id), log_text("node", file->info.node_id), log_text("file", file->name),
             log_number("reports", (int64_t)file->runlog.report_count),
             log_number("bytes", (int64_t)file->expanded_size), log_number("age_ms", job_age_ms(job)),
             job->source->kind == RELAY_KIND_SYSLOG ? log_text("by", "syslog") : (struct log_field){0});
}

/* "None" stands for the key of a report that has none. */
static bool lacks_config_id(const struct runlog *runlog)
{
    return runlog->config_id.len == 0 || slice_eq_str(runlog->config_id, "None");
}

static void count_stored(const struct job *job, const struct report_db_run *stored)
{
    struct relay_state *state = job->source->state;
    if (stored->outcome == REPORT_DB_STORED) {
        job_count_run(job, RELAY_REPORT_OK);
        if (lacks_config_id(&job->file.runlog)) {
            relay_metrics_without_config_id(state);
            log_warn("the run is stored without a config id: the web application may read it again every five seconds",
                     log_text("node", job->file.info.node_id), log_text("file", job->file.name));
        }
    } else if (job->source->kind == RELAY_KIND_SYSLOG) {
        relay_metrics_syslog_run(state, RELAY_SYSLOG_RUN_DUPLICATE);
    } else {
        relay_metrics_duplicate(state);
    }
    job_count_processed(job, job->file.expanded_size);
    relay_state_count_activity(state, RELAY_ACTIVITY_DONE, time(NULL));
}

void worker_outcome_end_job(struct job *job, const struct report_db_run *run, struct run_faults *faults)
{
    if (run->outcome != REPORT_DB_RETRY) {
        run_faults_forget(faults, job->file.name);
    }
    switch (run->outcome) {
    case REPORT_DB_STORED:
    case REPORT_DB_DUPLICATE:
        log_stored(job, run);
        count_stored(job, run);
        job_complete(job);
        break;
    case REPORT_DB_REFUSED:
        job_count_run(job, RELAY_REPORT_ERROR);
        job_count_processed(job, job->file.expanded_size);
        job_refuse(job, run->reason.text);
        break;
    case REPORT_DB_RETRY:
        job_defer(job, run->reason.text, 0);
        break;
    case REPORT_DB_DOWN:
        job_requeue(job);
        break;
    }
}
