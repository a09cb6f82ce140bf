/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job.h"

#include <string.h>
#include <time.h>

#include "inventory_pair.h"
#include "relay/upload_kind.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/random.h"

#define LOG_COMPONENT "job"

struct job_messages {
    const char *deferred;
    const char *refused;
};

static const struct job_messages run_messages = {"run is tried again later", "run refused"};
static const struct job_messages inventory_messages = {"inventory is tried again later", "inventory refused"};

static const struct job_messages *job_messages(const struct job *job)
{
    return upload_kind_is_run(job->source->kind) ? &run_messages : &inventory_messages;
}

static void job_log(enum log_level level, const char *message, const struct job *job, const char *reason)
{
    if (!log_enabled(level, LOG_COMPONENT)) {
        return;
    }
    char queue_id[QUEUE_ID_SIZE];
    run_info_queue_id(job->file.name, strlen(job->file.name), queue_id);
    log_event(level, LOG_COMPONENT, message,
              (const struct log_field[]){log_text("queue_id", queue_id),
                                         log_text("node", job->file.info.node_id),
                                         log_text("file", job->file.name),
                                         log_text("reason", reason),
                                         job->source->kind == RELAY_KIND_SYSLOG ? log_text("by", "syslog")
                                                                                : (struct log_field){0},
                                         {0}});
}

static void job_set_last_error(const struct job *job, const char *message, const char *reason)
{
    struct err text;
    err_set(&text, "%s: %s: %s", message, job->file.name, reason);
    relay_state_set_last_error(job->source->state, text.text);
}

bool job_take(struct job *job, struct spool_source *source)
{
    job->source = source;
    job->run = dispatch_take(source->dispatch);
    if (job->run == NULL) {
        return false;
    }
    job->taken_ms = clock_ms();
    job->file.spool = source->spool;
    job->file.name = queued_run_name(job->run);
    job->file.renamed = queued_run_renamed(job->run);
    return true;
}

/* The queue forgets the file and frees its name. */
static void job_forget(struct job *job)
{
    dispatch_done(job->source->dispatch, job->run);
    spool_file_clear(&job->file);
}

void job_requeue(struct job *job)
{
    dispatch_requeue(job->source->dispatch, job->run);
    spool_file_clear(&job->file);
}

void job_hold(struct job *job, int64_t wait_ms)
{
    dispatch_defer(job->source->dispatch, job->run, wait_ms);
    spool_file_clear(&job->file);
}

static int64_t wait_limited(int64_t wait_ms, int64_t wait_max_ms)
{
    return wait_max_ms > 0 && wait_ms > wait_max_ms ? wait_max_ms : wait_ms;
}

void job_defer(struct job *job, const char *reason, int64_t wait_max_ms)
{
    struct spool_source *source = job->source;
    unsigned attempts = queued_run_attempts(job->run) + 1;
    int64_t wait_ms = backoff_wait_ms(source->retry, attempts, random_number());
    wait_ms = wait_limited(wait_limited(wait_ms, job->file.retry_within_ms), wait_max_ms);
    job_log(attempts == 1 ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, job_messages(job)->deferred, job, reason);
    relay_metrics_retry(source->state, source->kind);
    if (attempts == 1) {
        job_set_last_error(job, job_messages(job)->deferred, reason);
    }
    job_hold(job, wait_ms);
}

/* The file has left incoming/: the next file that waits beside it gets the name. */
static void job_end(struct job *job)
{
    spool_release(job->source->spool, job->file.name, time(NULL));
    job_forget(job);
}

void job_complete(struct job *job)
{
    struct err err;
    switch (spool_remove(job->source->spool, job->file.name, &job->file.status, &err)) {
    case SPOOL_LEFT:
        job_end(job);
        break;
    case SPOOL_CHANGED:
        job_requeue(job);
        break;
    case SPOOL_STAYS:
        job_defer(job, err.text, 0); /* the sink will find it a duplicate then */
        break;
    }
}

static void job_note_refusal(const struct job *job, const char *reason)
{
    struct spool_source *source = job->source;
    job_log(LOG_LEVEL_WARN, job_messages(job)->refused, job, reason);
    job_set_last_error(job, job_messages(job)->refused, reason);
    relay_state_count_activity(source->state, RELAY_ACTIVITY_REFUSED, time(NULL));
    if (!upload_kind_is_run(source->kind)) {
        inventory_pair_refuse(source->spool, job->file.name);
    }
}

/* The file has come into failed/: its node may have too much there now. */
static void job_bound_failed(const struct job *job, size_t removed)
{
    struct spool_source *source = job->source;
    bool of_a_node = job->file.info.node_id[0] != '\0' || !upload_kind_is_run(source->kind);
    if (of_a_node) {
        removed += failed_room_added(source->failed_room, job->file.info.node_id, job->file.status.st_size);
    }
    relay_metrics_failed_removed(source->state, removed);
}

void job_refuse(struct job *job, const char *reason)
{
    size_t removed = 0;
    const struct spool_refusal refusal = {job->file.info.node_id, reason, job->file.verified, &removed};
    struct err err;
    switch (spool_quarantine(job->source->spool, job->file.name, &job->file.status, &refusal, &err)) {
    case SPOOL_LEFT:
        job_note_refusal(job, reason);
        job_bound_failed(job, removed);
        job_end(job);
        break;
    case SPOOL_CHANGED:
        job_requeue(job);
        break;
    case SPOOL_STAYS:
        err_prefix(&err, "refused (%s), but cannot be moved to failed", reason);
        job_defer(job, err.text, 0);
        break;
    }
}

void job_count_processed(const struct job *job, uint64_t bytes)
{
    int64_t took_ms = clock_ms() - job->taken_ms;
    if (job->source->kind == RELAY_KIND_SYSLOG) {
        return;
    }
    relay_metrics_report_processed(job->source->state, (uint64_t)took_ms * 1000, bytes);
}

void job_count_run(const struct job *job, enum relay_report_result result)
{
    static const enum relay_syslog_run by_syslog[] = {[RELAY_REPORT_OK] = RELAY_SYSLOG_RUN_OK,
                                                      [RELAY_REPORT_ERROR] = RELAY_SYSLOG_RUN_ERROR,
                                                      [RELAY_REPORT_INVALID] = RELAY_SYSLOG_RUN_INVALID};
    if (job->source->kind == RELAY_KIND_SYSLOG) {
        relay_metrics_syslog_run(job->source->state, by_syslog[result]);
    } else {
        relay_metrics_report(job->source->state, result);
    }
}

static void job_count_finished(const struct job *job, enum relay_report_result result)
{
    if (upload_kind_is_run(job->source->kind)) {
        job_count_run(job, result);
        job_count_processed(job, job->file.expanded_size);
    }
}

void job_finish(struct job *job, enum spool_verdict verdict, const char *reason)
{
    switch (verdict) {
    case SPOOL_READY:
        break;
    case SPOOL_NOTHING:
        job_log(LOG_LEVEL_DEBUG, "nothing to store", job, "all reports are of skipped event types");
        job_count_finished(job, RELAY_REPORT_OK);
        relay_state_count_activity(job->source->state, RELAY_ACTIVITY_DONE, time(NULL));
        job_complete(job);
        break;
    case SPOOL_GONE:
        job_forget(job);
        break;
    case SPOOL_RESTS:
        job_hold(job, job->file.retry_within_ms);
        break;
    case SPOOL_RETRY:
        job_defer(job, reason, 0);
        break;
    case SPOOL_REFUSED:
        job_count_finished(job, job->file.unknown_node ? RELAY_REPORT_INVALID : RELAY_REPORT_ERROR);
        job_refuse(job, reason);
        break;
    }
}

int64_t job_age_ms(const struct job *job)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const struct timespec *then = &job->file.status.st_mtim;
    return (now.tv_sec - then->tv_sec) * INT64_C(1000) + (now.tv_nsec - then->tv_nsec) / 1000000;
}

void job_free(struct job *job)
{
    spool_file_free(&job->file);
}
