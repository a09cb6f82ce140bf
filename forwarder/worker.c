/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "job.h"
#include "relay/daemon.h"
#include "relay/report_db.h"
#include "run_faults.h"
#include "thread.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/xmalloc.h"
#include "worker_batch.h"
#include "worker_outcome.h"

#define LOG_COMPONENT "worker"

/* A batch takes no further run once its content is so large: memory is bounded whatever the size of the runs. */
enum { BATCH_BYTES_MAX = 4 << 20 };

/* How long a run waits that failed while the database could not be used. It waits shorter when the database is found
 * usable before. */
enum { HOLD_FAILED_MS = 30000 };

/* For how long the last report about the database counts as recent. */
enum { DATABASE_NEWS_S = 50 };

struct worker {
    const struct worker_shared *shared;
    unsigned number; /* from 0 */
    pthread_t thread;
    struct spool_tools tools;
    struct worker_batch batch; /* room for batch_runs */
    bool alone; /* the only run of the batch may have killed a forwarder: no other file is in work (attempts.h) */
};

enum worker_admission { WORKER_TAKES, WORKER_TAKES_ALONE, WORKER_TAKES_NOT, WORKER_ENDS_BATCH };

/* A run that has failed in the database before is stored by itself, so that it neither makes the others fail again nor
 * delays them. */
static enum worker_admission worker_admit_fault(struct worker *worker, struct job *job)
{
    struct run_faults *faults = worker->batch.faults;
    if (!run_faults_suspect(faults, job->file.name)) {
        return WORKER_TAKES;
    }
    if (worker->batch.count > 0) {
        job_requeue(job); /* the next batch will begin with it */
        return WORKER_ENDS_BATCH;
    }
    int64_t wait_ms = run_faults_wait_ms(faults, job->file.name, clock_ms());
    if (wait_ms > 0) {
        job_hold(job, wait_ms);
        return WORKER_TAKES_NOT;
    }
    return WORKER_TAKES_ALONE;
}

/* The same for a run that may have killed a forwarder. */
static enum worker_admission worker_admit(struct worker *worker, struct job *job)
{
    struct attempts *attempts = worker->shared->attempts;
    enum worker_admission admission = worker_admit_fault(worker, job);
    if (admission == WORKER_TAKES_NOT || admission == WORKER_ENDS_BATCH || !attempts_suspect(attempts, job)) {
        return admission;
    }
    if (worker->batch.count > 0) {
        job_requeue(job);
        return WORKER_ENDS_BATCH;
    }
    worker->alone = attempts_admit(attempts, job);
    return worker->alone ? WORKER_TAKES_ALONE : WORKER_TAKES_NOT;
}

static void worker_enter(struct worker *worker)
{
    if (!worker->alone) {
        attempts_enter(worker->shared->attempts);
    }
}

/* Leaves what was entered. tried: a run that was in work alone has not killed this forwarder. */
static void worker_leave(struct worker *worker, const struct job *job, bool tried)
{
    if (worker->alone && tried) {
        attempts_acquit(worker->shared->attempts, job);
    }
    worker->alone = false;
    attempts_leave(worker->shared->attempts);
}

/* Prepares the run that is the next of the batch. */
static enum spool_verdict worker_process(struct worker *worker, struct job *job, struct err *reason)
{
    struct attempts *attempts = worker->shared->attempts;
    size_t slot = worker->batch.count;
    worker_enter(worker);
    enum spool_verdict verdict = spool_process_look(&job->file, reason);
    if (verdict == SPOOL_READY) {
        attempts_begin(attempts, worker->number, slot, job);
        verdict = spool_process(job->source->kind == RELAY_KIND_SYSLOG ? SPOOL_SYSLOG_TO_DATABASE
                                                                       : SPOOL_RUN_TO_DATABASE,
                                &worker->tools, &job->file, reason);
        attempts_end(attempts, worker->number, slot);
    }
    if (!worker->alone || verdict != SPOOL_READY) {
        worker_leave(worker, job, true);
    }
    return verdict;
}

/* Before a signed run is stored, its node is remembered as one that signs. If that fails the run is stored all the
 * same: the next one of the node tries again. */
static void remember_signed(const struct worker *worker, const struct job *jobs, size_t count)
{
    struct signed_nodes *nodes = worker->shared->signed_nodes;
    const char **ids;
    size_t signed_count = 0;
    struct err err;
    if (nodes == NULL || count == 0) {
        return;
    }
    ids = xcalloc(count, sizeof *ids);
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].file.verified) {
            ids[signed_count++] = jobs[i].file.info.node_id;
        }
    }
    if (signed_count > 0 && !signed_nodes_add(nodes, ids, signed_count, &err)) {
        log_error("nodes that have sent a signed run are not remembered", log_text("reason", err.text));
    }
    free(ids);
}

/* Fills the batch from the runs that wait. Files that are refused or deferred count as well, so that the good runs of
 * the batch do not wait while the worker goes through thousands of bad ones. */
static void worker_gather(struct worker *worker)
{
    struct spool_source *source = worker->shared->source;
    size_t runs_max = (size_t)worker->shared->config->reporting.batch_runs;
    enum worker_admission admission = WORKER_TAKES;
    size_t bytes = 0;
    worker->batch.count = 0;
    for (size_t taken = 0; taken < runs_max && bytes < BATCH_BYTES_MAX; taken++) {
        struct job *job = &worker->batch.jobs[worker->batch.count];
        struct err reason = {0};
        if ((admission == WORKER_TAKES_ALONE && worker->batch.count > 0) || !job_take(job, source)) {
            break;
        }
        admission = worker_admit(worker, job);
        if (admission == WORKER_ENDS_BATCH) {
            break;
        }
        if (admission == WORKER_TAKES_NOT) {
            continue;
        }
        enum spool_verdict verdict = worker_process(worker, job, &reason);
        if (verdict == SPOOL_READY) {
            worker->batch.count++;
            bytes += job->file.expanded_size;
        } else {
            remember_signed(worker, job, 1);
            run_faults_forget(worker->batch.faults, job->file.name);
            job_finish(job, verdict, reason.text);
        }
    }
    dispatch_batch_end(source->dispatch);
}

static bool probe_database(void *context, struct err *reason)
{
    return report_db_probe(context, reason);
}

/* Waits until the worker may try again. The worker that probes goes on while the breaker is open. */
static bool worker_wait_for_database(struct worker *worker, const char *reason)
{
    struct db_breaker *breaker = worker->shared->breaker;
    bool go_on = db_breaker_failure(breaker, worker, reason, probe_database, worker->batch.db);
    worker->batch.probing = go_on && db_breaker_is_open(breaker);
    return go_on;
}

/* The database was used with success. Runs may have been deferred because of it, so they are tried again at once. */
static void worker_database_used(struct worker *worker)
{
    struct dispatch *dispatch = worker->shared->source->dispatch;
    if (db_breaker_is_open(worker->shared->breaker)) {
        dispatch_flush_deferred(dispatch);
    }
    worker->batch.probing = false;
    db_breaker_success(worker->shared->breaker, dispatch_count(dispatch));
}

/* Stores the batch. When the database cannot be used, the runs go back to the spool. Those that failed are held for a
 * while, so that the next attempt is made with others. False when the worker shall end. */
static bool worker_store(struct worker *worker)
{
    struct worker_batch *batch = &worker->batch;
    struct attempts *attempts = worker->shared->attempts;
    remember_signed(worker, batch->jobs, batch->count);
    worker_enter(worker);
    for (size_t i = 0; i < batch->count; i++) {
        attempts_begin(attempts, worker->number, i, &batch->jobs[i]);
    }
    struct batch_verdict verdict = worker_batch_store(batch);
    for (size_t i = 0; i < batch->count; i++) {
        attempts_end(attempts, worker->number, i);
    }
    worker_leave(worker, &batch->jobs[0], true);
    for (size_t i = 0; i < batch->count; i++) {
        if (verdict.down != NULL && batch->runs[i].outcome == REPORT_DB_RETRY) {
            job_hold(&batch->jobs[i], HOLD_FAILED_MS);
        } else {
            worker_outcome_end_job(&batch->jobs[i], &batch->runs[i], batch->faults);
        }
    }
    batch->count = 0;
    if (verdict.down != NULL) {
        return worker_wait_for_database(worker, verdict.down->text);
    }
    if (verdict.good) {
        worker_database_used(worker);
    }
    return true;
}

static void requeue_batch(struct worker *worker)
{
    if (worker->alone) {
        worker_leave(worker, &worker->batch.jobs[0], false);
    }
    for (size_t i = 0; i < worker->batch.count; i++) {
        job_requeue(&worker->batch.jobs[i]);
    }
    worker->batch.count = 0;
}

/* Probes the database at the start and while no run comes, so that the log says soon when it cannot be used: somebody
 * who has just changed a password watches for that line. False when the worker shall end. */
static bool worker_check_database(struct worker *worker)
{
    struct err reason;
    if (!report_db_probe(worker->batch.db, &reason)) {
        if (!worker_wait_for_database(worker, reason.text)) {
            return false;
        }
        worker_database_used(worker);
    } else if (worker->batch.probing) {
        worker_database_used(worker); /* no run waits that could show more */
    } else {
        db_breaker_report_up(worker->shared->breaker);
    }
    return true;
}

/* False when it is time to ask again. A relay that gets no reports must know the state of its database as well, so an
 * idle worker asks from time to time. */
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
    bool go_on = worker_check_database(worker);
    while (go_on && (worker->batch.probing || db_breaker_wait(shared->breaker)) &&
           dispatch_begin(shared->source->dispatch)) {
        int64_t began_ms = clock_ms();
        daemon_refresh_index(worker->tools.index);
        worker_gather(worker);
        int64_t gathered_ms = clock_ms();
        size_t count = worker->batch.count;
        if (count == 0) {
            go_on = database_news_recent(worker) || worker_check_database(worker);
        } else if (!worker->batch.probing && db_breaker_is_open(shared->breaker)) {
            requeue_batch(worker); /* the worker that probes may take them */
        } else {
            go_on = worker_store(worker);
        }
        log_debug("batch done", log_number("runs", (int64_t)count), log_number("gather_ms", gathered_ms - began_ms),
                  log_number("store_ms", clock_ms() - gathered_ms));
    }
    return NULL;
}

static void worker_free(struct worker *worker)
{
    for (size_t i = 0; i < (size_t)worker->shared->config->reporting.batch_runs; i++) {
        job_free(&worker->batch.jobs[i]);
    }
    free(worker->batch.jobs);
    free(worker->batch.runs);
    spool_tools_free(&worker->tools);
    report_db_free(worker->batch.db);
    free(worker);
}

static bool worker_open(struct worker *worker, unsigned number, struct err *err)
{
    const struct relay_config *config = worker->shared->config;
    char name[64];
    snprintf(name, sizeof name, "rudder-relay-forwarder %u", number);
    worker->tools.settings = &config->reporting;
    worker->tools.ages = worker->shared->ages;
    worker->tools.syslog = worker->shared->syslog;
    worker->tools.signed_nodes = worker->shared->signed_nodes;
    worker->tools.decompressor = decompressor_new();
    worker->tools.keys = decryption_keys_new(config->reporting.decryption_key_files);
    if ((worker->tools.index = node_index_open(config->general.node_index_file, err)) == NULL ||
        (worker->tools.verifier = smime_verifier_new(config->reporting.accept_sha1, err)) == NULL ||
        (worker->batch.db = report_db_new(config->database.url, config->database.password, name, err)) == NULL) {
        return false;
    }
    report_db_plain_only(worker->batch.db, config->database.storage == RELAY_STORAGE_PLAIN);
    report_db_share_lists(worker->batch.db, worker->shared->lists);
    report_db_stop_fd(worker->batch.db, worker->shared->stop_fd);
    report_db_statement_timeout(worker->batch.db, (unsigned)config->database.statement_timeout);
    report_db_ask_password(worker->batch.db, relay_config_read_database_password, config);
    return true;
}

struct worker *worker_start(const struct worker_shared *shared, unsigned number, struct err *err)
{
    struct worker *worker = xcalloc(1, sizeof *worker);
    size_t batch_runs = (size_t)shared->config->reporting.batch_runs;
    worker->shared = shared;
    worker->number = number - 1;
    worker->batch.faults = shared->faults;
    worker->batch.jobs = xcalloc(batch_runs, sizeof *worker->batch.jobs);
    worker->batch.runs = xcalloc(batch_runs, sizeof *worker->batch.runs);
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
