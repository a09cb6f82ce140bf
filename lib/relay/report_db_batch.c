/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_batch.h"

#include <inttypes.h>
#include <stdlib.h>

#include "relay/report_db_binary.h"
#include "relay/report_db_compact.h"
#include "relay/report_db_ids.h"
#include "relay/report_db_plain.h"
#include "util/buffer.h"
#include "util/xmalloc.h"

/* The commit when all runs were already there. The session that stored them may have been cut while it waited for a
 * standby, so they may not be safe yet. A commit that writes to the WAL waits for everything written before it; one
 * that writes nothing does not wait. So this one writes a message. */
static const char message[] = "SELECT pg_logical_emit_message(true, 'rudder-relay', '');";

/* FNV-1a, 64 bits. All forwarders of one database must agree on it. */
int64_t report_db_batch_key(const struct runlog *runlog)
{
    struct buffer bytes = {0};
    report_db_binary_text(&bytes, slice_from_str(runlog->info.node_id));
    report_db_binary_int8(&bytes, timestamp_postgres(&runlog->reports[0].origin->start));
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < bytes.len; i++) {
        hash = (hash ^ (unsigned char)bytes.at[i]) * 0x100000001b3;
    }
    buffer_free(&bytes);
    return (int64_t)hash;
}

static uint64_t count_reports(struct report_db_item **items, size_t count)
{
    uint64_t reports = 0;
    for (size_t i = 0; i < count; i++) {
        reports += items[i]->run->runlog->report_count;
    }
    return reports;
}

/* Begins the transaction, takes the locks and claims ids for all reports, above `above`. The time-outs are the
 * server's: a client that vanished in the middle of a transaction must not hold its locks until TCP notices.
 *
 * synchronous_commit is set to at least `on`: on the server's disk and on its synchronous standbys, if there are some.
 * The settings of server, database or role may be lower, for other users. */
static bool begin_and_claim(struct report_db_conn *conn, struct report_db_item **items, size_t count, int64_t above,
                            struct report_db_claim *claim, bool *claimed, struct report_db_failure *failure)
{
    struct buffer sql = {0};
    struct buffer unchanged = {0};
    struct buffer result = {0};
    buffer_add_format(&sql,
                      "BEGIN ISOLATION LEVEL READ COMMITTED;"
                      "SET LOCAL statement_timeout = '%us'; SET LOCAL idle_in_transaction_session_timeout = '10s';"
                      "SET LOCAL enable_seqscan = off;" REPORT_DB_STORAGE_PATH
                      "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')"
                      " WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true),"
                      " count(pg_advisory_xact_lock(key)) FROM unnest('{",
                      conn->statement_seconds);
    for (size_t i = 0; i < count; i++) {
        buffer_add_format(&sql, "%s%" PRId64, i > 0 ? "," : "", items[i]->key);
    }
    buffer_add_text(&sql, "}'::bigint[]) AS key;");
    report_db_storage_add_unchanged(&unchanged, conn);
    report_db_ids_add_claim(&sql, count_reports(items, count), above, buffer_cstr(&unchanged));
    bool good = report_db_conn_lines(conn, buffer_cstr(&sql), &result, failure) &&
                report_db_ids_read(&result, claim, claimed, failure);
    buffer_free(&sql);
    buffer_free(&unchanged);
    buffer_free(&result);
    return good;
}

/* Finds out how runs are stored at the moment. At first it assumes that this is as it was: the claim fails if it has
 * changed. */
static bool choose_storage(struct report_db_conn *conn, struct report_db_item **items, size_t count, bool first_attempt,
                           struct report_db_failure *failure)
{
    for (size_t i = 0; i < count; i++) {
        items[i]->plan = NULL;
    }
    return ((first_attempt && report_db_storage_is_known(conn)) || report_db_storage_ask(conn, failure)) &&
           (conn->storage != REPORT_DB_STORAGE_COMPACT || report_db_compact_prepare(conn, items, count, failure));
}

/* Others may claim the same ids at the same moment. One of them always succeeds, so few attempts are enough. */
enum { ATTEMPTS_MAX = 50 };

/* Begins the transaction with a claim that counts, and finds out which runs are new. */
static bool begin_and_look(struct report_db_conn *conn, struct report_db_item **items, size_t count,
                           struct report_db_claim *claim, struct report_db_finding *findings,
                           struct report_db_failure *failure)
{
    int64_t highest = 0;
    for (unsigned attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        bool claimed;
        buffer_clear(&claim->others);
        if (!choose_storage(conn, items, count, attempt == 0, failure) ||
            !begin_and_claim(conn, items, count, highest, claim, &claimed, failure) ||
            (claimed && !report_db_lookup(conn, items, count, claim->first, findings, &highest, failure))) {
            return false;
        }
        if (claimed && highest < claim->first) {
            claim->at_once = conn->storage == REPORT_DB_STORAGE_COMPACT;
            return true;
        }
        if (!report_db_conn_run(conn, "ROLLBACK", failure)) {
            return false;
        }
    }
    return report_db_conn_fail(failure, REPORT_DB_ERROR_UNSURE, "other sessions take the same ids again and again", "");
}

static bool commit_nothing_new(struct report_db_conn *conn, const struct report_db_claim *claim,
                               struct report_db_failure *failure)
{
    struct buffer sql = {0};
    buffer_add_text(&sql, message);
    report_db_ids_add_commit(&sql, claim, claim->first - 1);
    bool good = report_db_conn_run(conn, buffer_cstr(&sql), failure);
    buffer_free(&sql);
    return good;
}

static bool store_new(struct report_db_conn *conn, const struct report_db_finding *findings, size_t count,
                      const struct report_db_claim *claim, struct report_db_failure *failure)
{
    return (conn->storage != REPORT_DB_STORAGE_COMPACT || report_db_compact_store(conn, findings, count, failure)) &&
           report_db_plain_store(conn, findings, count, claim, failure);
}

static bool batch_commit(struct report_db_conn *conn, const struct report_db_finding *findings, size_t count,
                         const struct report_db_claim *claim, struct report_db_failure *failure)
{
    bool any_new = false;
    for (size_t i = 0; i < count; i++) {
        any_new = any_new || findings[i].is_new;
    }
    conn->commit_unsafe = false;
    bool good = any_new ? store_new(conn, findings, count, claim, failure) : commit_nothing_new(conn, claim, failure);
    if (good && conn->commit_unsafe) {
        failure->fault = REPORT_DB_ERROR_DOWN;
        good = err_set(&failure->reason, "the commit did not reach the database's standby");
    }
    return good;
}

static void report_db_batch_set_outcome(const struct report_db_finding *finding)
{
    struct report_db_run *run = finding->item->run;
    finding->item->done = true;
    run->reason.text[0] = '\0';
    run->fault = REPORT_DB_ERROR_NONE;
    if (finding->is_new) {
        run->outcome = REPORT_DB_STORED;
    } else if (finding->stored) {
        run->outcome = REPORT_DB_DUPLICATE;
    } else {
        char start[TIMESTAMP_TEXT_SIZE];
        timestamp_format(&run->runlog->reports[0].origin->start, start);
        run->outcome = REPORT_DB_REFUSED;
        err_set(&run->reason, "another run of node %s that started at %s is stored already", run->runlog->info.node_id,
                start);
    }
}

bool report_db_batch_store(struct report_db_conn *conn, struct report_db_item **items, size_t count,
                           struct report_db_failure *failure)
{
    struct report_db_finding *findings = xcalloc(count, sizeof *findings);
    struct report_db_claim claim = {0};
    bool good = begin_and_look(conn, items, count, &claim, findings, failure) &&
                batch_commit(conn, findings, count, &claim, failure);
    for (size_t i = 0; i < count && good; i++) {
        report_db_batch_set_outcome(&findings[i]);
    }
    buffer_free(&claim.others);
    free(findings);
    return good;
}
