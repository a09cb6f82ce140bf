/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worker_batch.h"

#include "util/clock.h"

/* The worker that probes gives up its batch after this many failed runs when none could be stored. */
enum { PROBE_FAILURES_MAX = 8 };

/* Stores these runs of the batch in one transaction, and tells run_faults which of them failed. */
static void batch_store_runs(struct worker_batch *batch, size_t first, size_t count)
{
    struct run_faults *faults = batch->faults;
    int64_t began_ms = clock_ms();
    bool stored = false;
    report_db_store(batch->db, &batch->runs[first], count);
    for (size_t i = first; i < first + count; i++) {
        struct report_db_run *run = &batch->runs[i];
        const struct spool_file *file = &batch->jobs[i].file;
        if (batch->probing && run->outcome == REPORT_DB_DOWN && run->fault == REPORT_DB_ERROR_LOST) {
            run->outcome = REPORT_DB_RETRY;
            run->fault = REPORT_DB_ERROR_UNSURE;
            err_prefix(&run->reason, "the connection broke with this run alone");
        }
        struct run_faults_failure failure = {file->name, file->info.node_id, run->fault, began_ms, clock_ms()};
        if (run->outcome == REPORT_DB_RETRY && run_faults_failed(faults, &failure)) {
            run->outcome = REPORT_DB_REFUSED;
            err_prefix(&run->reason, "it fails in the database whenever it is tried, while other runs are stored");
        }
        stored = stored || run->outcome == REPORT_DB_STORED;
    }
    if (stored) {
        run_faults_stored(faults, clock_ms());
    }
}

/* Stores the runs one by one, because one of them may make the server break the connection. Alone, that run is found:
 * it is deferred, and the others are stored. Gives up once it is clear that the database stores none. */
static void batch_store_singly(struct worker_batch *batch)
{
    const struct report_db_run *given_up = NULL;
    unsigned failures = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct report_db_run *run = &batch->runs[i];
        if (given_up != NULL) {
            run->outcome = REPORT_DB_DOWN;
            run->fault = given_up->fault;
            run->reason = given_up->reason;
            continue;
        }
        batch_store_runs(batch, i, 1);
        failures += run->outcome == REPORT_DB_RETRY;
        bool hopeless = run_faults_database_blamed(batch->faults) &&
                        (failures >= PROBE_FAILURES_MAX || run->fault == REPORT_DB_ERROR_SLOW);
        given_up = run->outcome == REPORT_DB_DOWN || hopeless ? run : NULL;
    }
}

static struct batch_verdict batch_judge(struct worker_batch *batch)
{
    struct batch_verdict verdict = {0};
    const struct err *retry = NULL;
    for (size_t i = 0; i < batch->count; i++) {
        const struct report_db_run *run = &batch->runs[i];
        verdict.good = verdict.good || run->outcome == REPORT_DB_STORED || run->outcome == REPORT_DB_DUPLICATE;
        if (run->outcome == REPORT_DB_DOWN) {
            verdict.down = &run->reason;
        } else if (run->outcome == REPORT_DB_RETRY) {
            retry = &run->reason;
        }
    }
    bool blamed = run_faults_database_blamed(batch->faults) || (batch->probing && !verdict.good);
    if (verdict.down == NULL && blamed) {
        verdict.down = retry;
    }
    return verdict;
}

struct batch_verdict worker_batch_store(struct worker_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        batch->runs[i] = (struct report_db_run){.runlog = &batch->jobs[i].file.runlog};
    }
    if (batch->probing) {
        batch_store_singly(batch);
    } else {
        batch_store_runs(batch, 0, batch->count);
    }
    struct batch_verdict verdict = batch_judge(batch);
    if (verdict.down != NULL) {
        run_faults_acquit(batch->faults);
    }
    return verdict;
}
