/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "job.h"
#include "relay/report_db.h"
#include "thread.h"
#include "util/clock.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "worker"
#include "util/log.h"

/* A batch takes no further run once its content is so large: memory is bounded whatever the size of the runs. */
enum { BATCH_BYTES_MAX = 4 << 20 };

/* What is known of the database counts as recent for so long. */
enum { DATABASE_NEWS_S = 50 };

struct worker {
    const struct worker_shared *shared;
    pthread_t thread;
    struct spool_tools tools;
    struct report_db *db;
    struct job *jobs;           /* room for batch_runs; the first `count` are ready to be stored */
    struct report_db_run *runs; /* of the same jobs */
    size_t count;
};

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
             log_number("reports", (int64_t)file->runlog.report_count), log_number("bytes", (int64_t)file->message.len),
             log_number("age_ms", job_age_ms(job)));
}

static void count_stored(const struct job *job, const struct report_db_run *stored)
{
    struct relay_state *state = job->source->state;
    if (stored->outcome == REPORT_DB_STORED) {
        relay_metrics_report(state, RELAY_REPORT_OK);
    } else {
        relay_metrics_duplicate(state);
    }
    job_count_processed(job, job->file.message.len);
    relay_state_count_activity(state, RELAY_ACTIVITY_DONE, time(NULL));
}

/* Ends the job as the outcome in the database says. */
static void worker_end_job(struct job *job, const struct report_db_run *stored)
{
    switch (stored->outcome) {
    case REPORT_DB_STORED:
    case REPORT_DB_DUPLICATE:
        log_stored(job, stored);
        count_stored(job, stored);
        job_complete(job);
        break;
    case REPORT_DB_REFUSED:
        relay_metrics_report(job->source->state, RELAY_REPORT_ERROR);
        job_count_processed(job, job->file.message.len);
        job_refuse(job, stored->reason.text);
        break;
    case REPORT_DB_RETRY:
        job_defer(job, stored->reason.text, 0);
        break;
    case REPORT_DB_DOWN: /* judge_outcomes keeps these in the batch */
        break;
    }
}

/* Fills the batch from the runs that wait. Files that are refused or deferred count as well: the good runs of the batch
 * shall not wait while thousands of bad ones are looked at. */
static void worker_gather(struct worker *worker)
{
    struct spool_source *source = worker->shared->source;
    size_t runs_max = (size_t)worker->shared->config->reporting.batch_runs;
    size_t bytes = 0;
    worker->count = 0;
    for (size_t taken = 0; taken < runs_max && bytes < BATCH_BYTES_MAX; taken++) {
        struct job *job = &worker->jobs[worker->count];
        struct err reason = {0};
        if (!job_take(job, source)) {
            break;
        }
        enum spool_verdict verdict = spool_process(SPOOL_RUN_TO_DATABASE, &worker->tools, &job->file, &reason);
        if (verdict == SPOOL_READY) {
            worker->count++;
            bytes += job->file.message.len;
        } else {
            job_finish(job, verdict, reason.text);
        }
    }
    dispatch_batch_end(source->dispatch);
}

/* Stores the runs one by one, because the server may be unable to bear one of them: that is the run with which alone
 * the connection breaks. It is deferred, and the others are stored. */
static void store_one_by_one(struct worker *worker)
{
    const struct report_db_run *down = NULL;
    for (size_t i = 0; i < worker->count; i++) {
        struct report_db_run *run = &worker->runs[i];
        if (down != NULL) {
            run->outcome = REPORT_DB_DOWN;
            run->reason = down->reason;
            continue;
        }
        report_db_store(worker->db, run, 1);
        if (run->outcome == REPORT_DB_DOWN && run->fault == REPORT_DB_ERROR_LOST) {
            run->outcome = REPORT_DB_RETRY;
            err_prefix(&run->reason, "the connection broke with this run alone");
        }
        down = run->outcome == REPORT_DB_DOWN ? run : NULL;
    }
}

static void worker_store_batch(struct worker *worker, bool one_by_one)
{
    for (size_t i = 0; i < worker->count; i++) {
        worker->runs[i].runlog = &worker->jobs[i].file.runlog;
    }
    if (one_by_one) {
        store_one_by_one(worker);
    } else {
        report_db_store(worker->db, worker->runs, worker->count);
    }
}

/* Ends the jobs for whose runs the database has an outcome. The jobs for which it was down stay in the batch, moved to
 * the front; *down is then the reason. */
static void judge_outcomes(struct worker *worker, struct err *down)
{
    size_t kept = 0;
    for (size_t i = 0; i < worker->count; i++) {
        struct job *job = &worker->jobs[i];
        if (worker->runs[i].outcome == REPORT_DB_DOWN) {
            *down = worker->runs[i].reason;
            struct job swapped = worker->jobs[kept];
            worker->jobs[kept++] = *job;
            *job = swapped;
        } else {
            worker_end_job(job, &worker->runs[i]);
        }
    }
    worker->count = kept;
}

static bool probe_database(void *context, struct err *reason)
{
    return report_db_probe(context, reason);
}

/* Stores the batch. While the database is down the prepared runs stay in memory: that work is not done twice. False
 * when the worker shall end before all runs have an outcome. */
static bool worker_store(struct worker *worker)
{
    const struct worker_shared *shared = worker->shared;
    bool go_on = worker->count == 0 || db_breaker_wait(shared->breaker);
    bool was_down = false;
    while (go_on && worker->count > 0) {
        struct err down = {0};
        worker_store_batch(worker, was_down);
        judge_outcomes(worker, &down);
        if (worker->count > 0) {
            was_down = true;
            go_on = db_breaker_failure(shared->breaker, worker, down.text, probe_database, worker->db);
        } else {
            db_breaker_success(shared->breaker, dispatch_count(shared->source->dispatch));
        }
    }
    return go_on;
}

static void worker_refresh_index(struct worker *worker)
{
    struct err err;
    if (!node_index_refresh(worker->tools.index, &err)) {
        log_error("the new node index cannot be read; the old one stays in use", log_text("reason", err.text));
    }
}

/* Whoever has just changed a password is watching the log: a database that cannot be used is worth a line before any
 * run comes. */
static void worker_check_database(struct worker *worker)
{
    const struct worker_shared *shared = worker->shared;
    struct err reason;
    if (report_db_probe(worker->db, &reason)) {
        db_breaker_report_up(shared->breaker);
    } else if (db_breaker_failure(shared->breaker, worker, reason.text, probe_database, worker->db)) {
        db_breaker_success(shared->breaker, dispatch_count(shared->source->dispatch));
    }
}

/* A relay that gets no reports must know the state of its database as well, so an idle worker asks from time to
 * time. */
static bool database_news_recent(const struct worker *worker)
{
    struct relay_peer_report report;
    relay_state_peer(worker->shared->source->state, RELAY_PEER_DATABASE, &report);
    return time(NULL) - report.checked < DATABASE_NEWS_S;
}

static void *worker_thread(void *context)
{
    struct worker *worker = context;
    const struct worker_shared *shared = worker->shared;
    worker_check_database(worker);
    while (db_breaker_wait(shared->breaker) && dispatch_begin(shared->source->dispatch)) {
        int64_t began_ms = clock_ms();
        worker_refresh_index(worker);
        worker_gather(worker);
        int64_t gathered_ms = clock_ms();
        size_t count = worker->count;
        if (count == 0 && !database_news_recent(worker)) {
            worker_check_database(worker);
        }
        if (!worker_store(worker)) {
            break; /* the files are still in the spool */
        }
        log_debug("batch done", log_number("runs", (int64_t)count), log_number("gather_ms", gathered_ms - began_ms),
                  log_number("store_ms", clock_ms() - gathered_ms));
    }
    return NULL;
}

static void worker_free(struct worker *worker)
{
    for (size_t i = 0; i < (size_t)worker->shared->config->reporting.batch_runs; i++) {
        job_free(&worker->jobs[i]);
    }
    free(worker->jobs);
    free(worker->runs);
    buffer_free(&worker->tools.image);
    if (worker->tools.index != NULL) {
        node_index_close(worker->tools.index);
    }
    if (worker->tools.decompressor != NULL) {
        decompressor_free(worker->tools.decompressor);
    }
    if (worker->tools.verifier != NULL) {
        smime_verifier_free(worker->tools.verifier);
    }
    if (worker->db != NULL) {
        report_db_free(worker->db);
    }
    free(worker);
}

static bool worker_open(struct worker *worker, unsigned number, struct err *err)
{
    const struct relay_config *config = worker->shared->config;
    char name[64];
    snprintf(name, sizeof name, "rudder-relay-forwarder %u", number);
    worker->tools.settings = &config->reporting;
    worker->tools.decompressor = decompressor_new();
    if ((worker->tools.index = node_index_open(config->general.node_index_file, err)) == NULL ||
        (worker->tools.verifier = smime_verifier_new(err)) == NULL ||
        (worker->db = report_db_new(config->database.url, config->database.password, name, err)) == NULL) {
        return false;
    }
    report_db_stop_fd(worker->db, worker->shared->stop_fd);
    report_db_statement_timeout(worker->db, (unsigned)config->database.statement_timeout);
    report_db_ask_password(worker->db, relay_config_read_database_password, config);
    return true;
}

struct worker *worker_start(const struct worker_shared *shared, unsigned number, struct err *err)
{
    struct worker *worker = xcalloc(1, sizeof *worker);
    size_t batch_runs = (size_t)shared->config->reporting.batch_runs;
    worker->shared = shared;
    worker->jobs = xcalloc(batch_runs, sizeof *worker->jobs);
    worker->runs = xcalloc(batch_runs, sizeof *worker->runs);
    if (!worker_open(worker, number, err) || !thread_start(&worker->thread, worker_thread, worker, err)) {
        worker_free(worker);
        return NULL;
    }
    return worker;
}

bool worker_join(struct worker *worker, int64_t until_ms)
{
    if (!thread_join(worker->thread, until_ms)) {
        return false;
    }
    worker_free(worker);
    return true;
}
