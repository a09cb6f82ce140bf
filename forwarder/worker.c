/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "in_hand.h"
#include "relay/report_db.h"
#include "thread.h"
#include "util/clock.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "worker"
#include "util/log.h"

/* A batch has no more content than this, but for its last run: memory in hand is bounded whatever the runs' size. */
enum { BATCH_BYTES = 4 << 20 };

enum { HEARD_LATELY = 50 }; /* seconds */

struct worker {
    const struct worker_shared *shared;
    pthread_t thread;
    struct spool_tools tools;
    struct in_hand_origin origin;
    struct report_db *db;
    struct in_hand *jobs;       /* batch_runs of them, the first `count` are ready to be stored */
    struct report_db_run *runs; /* of the same jobs */
    size_t count;
};

static void log_stored(const struct in_hand *job, const struct report_db_run *stored)
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
             log_number("bytes", (int64_t)file->message.len), log_number("age_ms", in_hand_age_ms(job)));
}

static void count_stored(const struct worker *worker, const struct in_hand *job, const struct report_db_run *stored)
{
    struct relay_state *state = worker->shared->state;
    if (stored->outcome == REPORT_DB_STORED) {
        relay_metrics_report(state, RELAY_REPORT_OK);
    } else {
        relay_metrics_duplicate(state);
    }
    in_hand_processed(&worker->origin, job, job->file.message.len);
    relay_state_count_activity(state, RELAY_ACTIVITY_DONE, time(NULL));
}

/* What becomes of a file whose run was given to the database. */
static void conclude(struct worker *worker, struct in_hand *job, const struct report_db_run *stored)
{
    switch (stored->outcome) {
    case REPORT_DB_STORED:
    case REPORT_DB_DUPLICATE:
        log_stored(job, stored);
        count_stored(worker, job, stored);
        in_hand_leave(&worker->origin, job);
        break;
    case REPORT_DB_REFUSED:
        relay_metrics_report(worker->shared->state, RELAY_REPORT_ERROR);
        in_hand_processed(&worker->origin, job, job->file.message.len);
        in_hand_refuse(&worker->origin, job, stored->reason.text);
        break;
    case REPORT_DB_RETRY:
        in_hand_put_off(&worker->origin, job, stored->reason.text, 0);
        break;
    case REPORT_DB_DOWN:
        dispatch_put_back(worker->shared->dispatch, job->run);
        break;
    }
}

/* Takes runs until there are enough or none waits. What is refused or put off counts, too: good runs shall not wait in
 * hand while thousands of bad ones are looked through. */
static void gather(struct worker *worker)
{
    size_t most = (size_t)worker->shared->config->reporting.batch_runs;
    size_t bytes = 0;
    worker->count = 0;
    for (size_t taken = 0; taken < most && bytes < BATCH_BYTES; taken++) {
        struct in_hand *job = &worker->jobs[worker->count];
        struct err reason = {0};
        if ((job->run = dispatch_take(worker->shared->dispatch)) == NULL) {
            break;
        }
        job->taken_ms = clock_ms();
        job->file.name = queued_run_name(job->run);
        enum spool_verdict verdict = spool_process(SPOOL_RUN_TO_DATABASE, &worker->tools, &job->file, &reason);
        if (verdict == SPOOL_READY) {
            worker->count++;
            bytes += job->file.message.len;
        } else {
            in_hand_dismiss(&worker->origin, job, verdict, reason.text);
            spool_file_clear(&job->file);
        }
    }
    dispatch_taken(worker->shared->dispatch);
}

/* Concludes the runs for which the database has spoken; those for which it was down stay in hand, moved to the front,
 * and down says why. */
static void sort_out(struct worker *worker, struct err *down)
{
    size_t kept = 0;
    for (size_t i = 0; i < worker->count; i++) {
        struct in_hand *job = &worker->jobs[i];
        if (worker->runs[i].outcome == REPORT_DB_DOWN) {
            *down = worker->runs[i].reason;
            struct in_hand other = worker->jobs[kept];
            worker->jobs[kept++] = *job;
            *job = other;
        } else {
            conclude(worker, job, &worker->runs[i]);
            spool_file_clear(&job->file);
        }
    }
    worker->count = kept;
}

static bool probe(void *context, struct err *reason)
{
    return report_db_probe(context, reason);
}

/* One after the other, since there may be one among them that the server cannot bear: that with which alone the
 * connection breaks. It waits by itself, and stops nobody. */
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
        if (run->outcome == REPORT_DB_DOWN && run->broke) {
            run->outcome = REPORT_DB_RETRY;
            err_prefix(&run->reason, "the connection broke with this run alone");
        }
        down = run->outcome == REPORT_DB_DOWN ? run : NULL;
    }
}

static void store_once(struct worker *worker, bool one_by_one)
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

/* Until the database has spoken for each run of the batch. The work done on them so far is not lost in an outage: they
 * stay in hand. False when the worker shall end before that. */
static bool store(struct worker *worker)
{
    const struct worker_shared *shared = worker->shared;
    bool go_on = worker->count == 0 || outage_wait(shared->outage);
    bool met = false; /* an outage, with these runs */
    while (go_on && worker->count > 0) {
        struct err down = {0};
        store_once(worker, met);
        sort_out(worker, &down);
        if (worker->count > 0) {
            met = true;
            go_on = outage_met(shared->outage, worker, down.text, probe, worker->db);
        } else if (outage_lasts(shared->outage)) {
            outage_over(shared->outage, dispatch_count(shared->dispatch));
        } else {
            outage_not_met(shared->outage);
        }
    }
    return go_on;
}

static void put_back_all(struct worker *worker)
{
    for (size_t i = 0; i < worker->count; i++) {
        dispatch_put_back(worker->shared->dispatch, worker->jobs[i].run);
        spool_file_clear(&worker->jobs[i].file);
    }
    worker->count = 0;
}

static void refresh_index(struct worker *worker)
{
    struct err err;
    if (!node_index_refresh(worker->tools.index, &err)) {
        log_error("the new node index cannot be read; the old one stays in use", log_text("reason", err.text));
    }
}

/* An outage at the start is worth a line before any run comes: whoever has just changed a password is watching. */
static void try_database(struct worker *worker)
{
    struct outage *outage = worker->shared->outage;
    struct err reason;
    if (report_db_probe(worker->db, &reason)) {
        outage_not_met(outage);
    } else if (outage_met(outage, worker, reason.text, probe, worker->db)) {
        outage_over(outage, dispatch_count(worker->shared->dispatch));
    }
}

/* Lately. A relay to which nobody reports shall know all the same how its database is. */
static bool heard_of_database(const struct worker *worker)
{
    struct relay_peer_report report;
    relay_state_peer(worker->shared->state, RELAY_PEER_DATABASE, &report);
    return time(NULL) - report.checked < HEARD_LATELY;
}

static void *work(void *context)
{
    struct worker *worker = context;
    const struct worker_shared *shared = worker->shared;
    try_database(worker);
    while (outage_wait(shared->outage) && dispatch_begin(shared->dispatch)) {
        int64_t began_ms = clock_ms();
        refresh_index(worker);
        gather(worker);
        int64_t gathered_ms = clock_ms();
        size_t count = worker->count;
        if (count == 0 && !heard_of_database(worker)) {
            try_database(worker);
        }
        if (!store(worker)) {
            put_back_all(worker);
            break;
        }
        log_debug("batch done", log_number("runs", (int64_t)count), log_number("gather_ms", gathered_ms - began_ms),
                  log_number("store_ms", clock_ms() - gathered_ms));
    }
    return NULL;
}

static void worker_free(struct worker *worker)
{
    for (size_t i = 0; worker->jobs != NULL && i < (size_t)worker->shared->config->reporting.batch_runs; i++) {
        spool_file_free(&worker->jobs[i].file);
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

static bool open_tools(struct worker *worker, unsigned number, struct err *err)
{
    const struct relay_config *config = worker->shared->config;
    char name[64];
    snprintf(name, sizeof name, "rudder-relay-forwarder %u", number);
    worker->tools.settings = &config->reporting;
    worker->tools.spool = worker->shared->spool;
    worker->tools.decompressor = decompressor_new();
    if ((worker->tools.index = node_index_open(config->general.node_index_file, err)) == NULL ||
        (worker->tools.verifier = smime_verifier_new(err)) == NULL ||
        (worker->db = report_db_new(config->database.url, config->database.password, name, err)) == NULL) {
        return false;
    }
    report_db_stop_fd(worker->db, worker->shared->stop_fd);
    return true;
}

struct worker *worker_start(const struct worker_shared *shared, unsigned number, struct err *err)
{
    struct worker *worker = xcalloc(1, sizeof *worker);
    size_t batch_runs = (size_t)shared->config->reporting.batch_runs;
    worker->shared = shared;
    worker->origin = (struct in_hand_origin){RELAY_KIND_REPORT, &worker->tools, shared->dispatch, &shared->retry,
                                              shared->state};
    worker->jobs = xcalloc(batch_runs, sizeof *worker->jobs);
    worker->runs = xcalloc(batch_runs, sizeof *worker->runs);
    if (!open_tools(worker, number, err) || !thread_start(&worker->thread, work, worker, err)) {
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
