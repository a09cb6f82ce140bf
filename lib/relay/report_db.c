/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db.h"

#include <stdlib.h>

#include "relay/report_db_batch.h"
#include "util/xmalloc.h"

enum { STATEMENT_SECONDS = 60 };

/* Checks tables, rights and settings. A view is checked as far as possible, since the real tables may be behind it. */
static const char examine[] = REPORT_DB_STORAGE_PATH
    "WITH needed (name, oid) AS ("
    " VALUES ('ruddersysevents', to_regclass('ruddersysevents')), ('reportsexecution', to_regclass('reportsexecution'))"
    "), stored AS ("
    " SELECT oid FROM needed UNION SELECT relid FROM needed, LATERAL pg_partition_tree(oid)"
    "), wanted (name, attribute, type) AS ("
    " VALUES ('ruddersysevents', 'id', 'bigint'), ('ruddersysevents', 'executiondate', 'timestamptz'),"
    " ('ruddersysevents', 'executiontimestamp', 'timestamptz'), ('reportsexecution', 'date', 'timestamptz'),"
    " ('reportsexecution', 'insertionid', 'bigint')"
    "), complaint (no, met, text) AS ("
    " VALUES (1, pg_is_in_recovery(), 'it is a standby, which takes no runs'),"
    " (2, NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'on', 'it is read-only'),"
    " (3, getdatabaseencoding() <> 'UTF8', 'its encoding is ' || getdatabaseencoding() || ', not UTF8'),"
    " (4, to_regclass('serial') IS NULL, 'there is no sequence serial'),"
    " (5, NOT has_sequence_privilege(to_regclass('serial'), 'USAGE'), 'this user may not use the sequence serial'),"
    " (8, current_setting('fsync') = 'off', 'fsync is off: a crash loses runs that were stored'),"
    " (9, current_setting('full_page_writes') = 'off',"
    "  'full_page_writes is off: unless the file system writes whole pages, a crash loses runs that were stored'),"
    " (10, current_setting('data_sync_retry', true) = 'on',"
    "  'data_sync_retry is on: a disk that fails loses runs that were stored')"
    " UNION ALL SELECT 6, oid IS NULL, 'there is no table ' || name FROM needed"
    " UNION ALL SELECT 7, NOT has_table_privilege(oid, right_to), 'this user lacks the right to ' || right_to || ' on '"
    "  || name FROM needed, (VALUES ('SELECT'), ('INSERT')) AS wanted (right_to)"
    " UNION ALL SELECT 11, relpersistence = 'u', 'table ' || relname || ' is unlogged: a crash empties it'"
    "  FROM stored JOIN pg_class USING (oid)"
    " UNION ALL SELECT 12, atttypid IS DISTINCT FROM type::regtype,"
    "  'table ' || name || ' has no column ' || attribute || ' of type ' || type"
    "  FROM needed JOIN wanted USING (name) LEFT JOIN pg_attribute ON attrelid = oid AND attname = attribute"
    "  WHERE oid IS NOT NULL"
    ") SELECT text FROM complaint WHERE met ORDER BY no, text";

/* Only of tables, that behind the view of compact storage included: a partitioned table has indexes of its own kind. */
static const char hint[] =
    "SET LOCAL quote_all_identifiers = off;"
    "SELECT 'table ' || relname || ' has no index ' || definition || ': without it ' || what"
    " || ' reads the whole table (sql/apply --add-indexes makes it)'"
    " FROM (VALUES (coalesce(to_regclass('rudder_relay.ruddersysevents'), to_regclass('ruddersysevents')),"
    "  '(executiontimestamp) WHERE (eventtype ~~ ''log_%''::text)', 'each removal of old log entries'),"
    " (to_regclass('reportsexecution'),"
    "  '(compliancecomputationdate) WHERE (compliancecomputationdate IS NULL)', 'each look for new runs')"
    ") AS helping (on_table, definition, what) JOIN pg_class ON oid = on_table AND relkind = 'r'"
    " WHERE NOT EXISTS (SELECT FROM pg_index WHERE indrelid = on_table AND indisvalid"
    "  AND split_part(pg_get_indexdef(indexrelid), ' USING btree ', 2) = definition) ORDER BY relname DESC";

/* After this many time-outs in a row without a stored run, the remaining runs are not tried. */
enum { SLOW_MAX = 2 };

struct report_db {
    struct report_db_conn conn;
    struct report_lists *own_lists; /* used unless others are shared */
};

struct report_db *report_db_new(const char *url, const char *password, const char *application_name, struct err *err)
{
    struct report_db *db = xcalloc(1, sizeof *db);
    db->conn.stop_fd = -1;
    db->conn.statement_seconds = STATEMENT_SECONDS;
    if (!report_db_conninfo_make(&db->conn.conninfo, url, password, application_name, err)) {
        free(db);
        return NULL;
    }
    return db;
}

void report_db_free(struct report_db *db)
{
    if (db != NULL) {
        report_db_conn_close(&db->conn);
        report_db_conninfo_free(&db->conn.conninfo);
        arena_free(&db->conn.plans);
        report_lists_free(db->own_lists);
        free(db);
    }
}

void report_db_stop_fd(struct report_db *db, int fd)
{
    db->conn.stop_fd = fd;
}

void report_db_statement_timeout(struct report_db *db, unsigned seconds)
{
    db->conn.statement_seconds = seconds;
}

void report_db_plain_only(struct report_db *db, bool plain_only)
{
    db->conn.plain_only = plain_only;
    db->conn.answer[0] = '\0';
}

void report_db_share_lists(struct report_db *db, struct report_lists *lists)
{
    db->conn.lists = lists;
}

void report_db_ask_password(struct report_db *db, report_db_password *ask, const void *context)
{
    db->conn.ask_password = ask;
    db->conn.ask_context = context;
}

static void report_db_set_outcome(struct report_db_item *item, enum report_db_outcome outcome,
                                  const struct report_db_failure *failure)
{
    item->done = true;
    item->run->outcome = outcome;
    item->run->fault = failure->fault;
    item->run->reason = failure->reason;
}

/* Stores the items in one transaction; connects if needed. A connection from an earlier call may have died unnoticed,
 * so a lost one is replaced by a new one for one more attempt. (If the first attempt was committed after all, the
 * second one finds its runs stored.) */
static bool store_batch(struct report_db *db, struct report_db_item **items, size_t count,
                        struct report_db_failure *failure)
{
    bool used_before;
    bool broke = false;
    do {
        used_before = db->conn.connection != NULL;
        if (report_db_conn_open(&db->conn, failure) && report_db_batch_store(&db->conn, items, count, failure)) {
            return true;
        }
        report_db_conn_rollback(&db->conn);
        broke = broke || failure->fault == REPORT_DB_ERROR_LOST;
    } while (failure->fault == REPORT_DB_ERROR_LOST && used_before);
    if (broke && failure->fault == REPORT_DB_ERROR_DOWN) {
        failure->fault = REPORT_DB_ERROR_LOST; /* a crashed server refuses connections for a while */
    }
    return false;
}

static bool report_db_store_batch(struct report_db *db, struct report_db_item **items, size_t count,
                                  struct report_db_failure *failure);

/* Stores the items one by one after a time-out. Halves could each time out again; one by one, only a slow run takes
 * that long. When the first ones are all slow, the rest would be slow too, so it stops. */
static bool store_singly(struct report_db *db, struct report_db_item **items, size_t count,
                         struct report_db_failure *failure)
{
    unsigned slow = 0;
    for (size_t i = 0; i < count; i++) {
        if (slow == SLOW_MAX) {
            return false;
        }
        if (!report_db_store_batch(db, &items[i], 1, failure)) {
            return false;
        }
        const struct report_db_run *run = items[i]->run;
        slow = run->outcome == REPORT_DB_RETRY && run->fault == REPORT_DB_ERROR_SLOW ? slow + 1 : 0;
    }
    return true;
}

/* Stores the items, in smaller transactions where one fails. False when the database cannot be used: then an item
 * without an outcome was not stored, or it is not known whether it was. */
static bool report_db_store_batch(struct report_db *db, struct report_db_item **items, size_t count,
                                  struct report_db_failure *failure)
{
    if (store_batch(db, items, count, failure)) {
        return true;
    }
    if (failure->fault == REPORT_DB_ERROR_CONFLICT && count == 1 && store_batch(db, items, count, failure)) {
        return true;
    }
    if (failure->fault == REPORT_DB_ERROR_DOWN || failure->fault == REPORT_DB_ERROR_LOST) {
        return false;
    }
    if (count == 1) {
        bool final = failure->fault == REPORT_DB_ERROR_FINAL || failure->fault == REPORT_DB_ERROR_CONFLICT;
        report_db_set_outcome(items[0], final ? REPORT_DB_REFUSED : REPORT_DB_RETRY, failure);
        return true;
    }
    if (failure->fault == REPORT_DB_ERROR_SLOW) {
        return store_singly(db, items, count, failure);
    }
    return report_db_store_batch(db, items, count / 2, failure) &&
           report_db_store_batch(db, items + count / 2, count - count / 2, failure);
}

static int by_key_and_place(const void *left, const void *right)
{
    const struct report_db_item *a = left;
    const struct report_db_item *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return a->place < b->place ? -1 : a->place > b->place;
}

/* Picks the first item of each key that has no outcome yet. Of two runs with one key the second must find the first one
 * stored. */
static size_t report_db_pick(struct report_db_item *items, size_t count, struct report_db_item **picked)
{
    size_t found = 0;
    for (size_t i = 0; i < count && found < REPORT_DB_BATCH_MAX; i++) {
        if (!items[i].done && (found == 0 || picked[found - 1]->key != items[i].key)) {
            picked[found++] = &items[i];
        }
    }
    return found;
}

static void store_all(struct report_db *db, struct report_db_item *items, size_t count)
{
    struct report_db_item **picked = xcalloc(count, sizeof(struct report_db_item *));
    struct report_db_failure failure;
    bool usable = true;
    size_t found;
    while (usable && (found = report_db_pick(items, count, picked)) > 0) {
        usable = report_db_store_batch(db, picked, found, &failure);
    }
    bool setup = false;
    for (size_t i = 0; i < count; i++) {
        if (!items[i].done) {
            report_db_set_outcome(&items[i], REPORT_DB_DOWN, &failure);
        }
        setup = setup || items[i].run->fault == REPORT_DB_ERROR_SETUP;
    }
    if (setup) {
        report_db_conn_close(&db->conn); /* a corrected setting of the role only affects new sessions */
    }
    free(picked);
}

void report_db_store(struct report_db *db, struct report_db_run *runs, size_t count)
{
    struct report_db_item *items = xcalloc(count + 1, sizeof *items);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (runs[i].runlog->report_count == 0) {
            runs[i].outcome = REPORT_DB_STORED; /* skip_event_types left no report to store */
            runs[i].fault = REPORT_DB_ERROR_NONE;
            runs[i].reason.text[0] = '\0';
        } else {
            items[used++] = (struct report_db_item){&runs[i], report_db_batch_key(runs[i].runlog), i, false, NULL};
        }
    }
    qsort(items, used, sizeof *items, by_key_and_place);
    if (db->conn.lists == NULL) {
        db->conn.lists = db->own_lists = report_lists_new(REPORT_LISTS_BYTES);
    }
    if (used > 0) {
        store_all(db, items, used);
    }
    free(items);
}

/* Runs the query; connects if needed. If a connection from an earlier call has died, it tries once more with a new one.
 */
static bool ask(struct report_db *db, const char *sql, struct buffer *lines, struct err *err)
{
    struct report_db_failure failure;
    bool used_before;
    do {
        used_before = db->conn.connection != NULL;
        if (report_db_conn_open(&db->conn, &failure) && report_db_conn_lines(&db->conn, sql, lines, &failure)) {
            return true;
        }
    } while (failure.fault == REPORT_DB_ERROR_LOST && used_before);
    if (err != NULL) {
        *err = failure.reason;
    }
    return false;
}

bool report_db_probe(struct report_db *db, struct err *err)
{
    return ask(db, "SELECT 1", NULL, err);
}

bool report_db_examine(struct report_db *db, struct buffer *complaints, struct err *err)
{
    return ask(db, examine, complaints, err);
}

bool report_db_is_compact(struct report_db *db, bool *compact, struct err *err)
{
    struct report_db_failure failure;
    if (!report_db_conn_open(&db->conn, &failure) || !report_db_storage_ask(&db->conn, &failure)) {
        *err = failure.reason;
        return false;
    }
    *compact = db->conn.storage == REPORT_DB_STORAGE_COMPACT;
    return true;
}

bool report_db_hint(struct report_db *db, struct buffer *hints, struct err *err)
{
    return ask(db, hint, hints, err);
}
