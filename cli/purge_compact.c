/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "purge_compact.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/buffer.h"

enum { COMPACT_BATCH = 1000, LOCK_TRIES = 20, DAY_LEN = 10 };

#define LIMIT "('epoch'::timestamptz + %" PRId64 " * interval '1 second')"
#define BEGIN                                                                                                          \
    "BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '%us';"                                       \
    "SET LOCAL idle_in_transaction_session_timeout = '60s'; SET LOCAL synchronous_commit = off;"

/* The partitions by their days, from the catalog. OFFSET keeps the planner from asking the names of other tables for
 * dates. */
#define DAYS                                                                                                           \
    "(SELECT to_date(right(relname, 8), 'YYYYMMDD') AS day FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"  \
    " WHERE inhparent = 'rudder_relay.run'::regclass OFFSET 0) AS days"

/* The partition of the limit's own day stays until that day is over for all. */
static const char late_runs[] =
    "WITH gone AS (DELETE FROM rudder_relay.run WHERE first_id IN (SELECT first_id FROM"
    " rudder_relay.run JOIN ReportsExecution ON insertionId = first_id"
    " WHERE date < " LIMIT " AND day > (" LIMIT " AT TIME ZONE 'UTC')::date"
    " LIMIT %d) RETURNING 1) SELECT count(*) FROM gone";
static const char lists[] =
    "WITH gone AS (DELETE FROM rudder_relay.list WHERE number IN (SELECT number FROM"
    " rudder_relay.list WHERE day < (now() AT TIME ZONE 'UTC')::date"
    " AND day NOT IN (SELECT day FROM " DAYS ") LIMIT %d) RETURNING 1) SELECT count(*) FROM gone";

/* Runs sql, whose last statement is a query, in one transaction; again while somebody holds a lock. */
static bool locked_run(struct report_db_conn *conn, const char *sql, struct buffer *lines, struct err *err)
{
    struct buffer all = {0};
    struct report_db_failure failure;
    bool good = false;
    buffer_add_format(&all, BEGIN, conn->statement_seconds);
    buffer_add_text(&all, sql);
    for (int tries = 0; !good && tries < LOCK_TRIES; tries++) {
        buffer_clear(lines);
        good = report_db_conn_open(conn, &failure) && report_db_conn_lines(conn, buffer_cstr(&all), lines, &failure) &&
               report_db_conn_run(conn, "COMMIT", &failure);
        if (!good) {
            report_db_conn_rollback(conn);
            if (failure.fault != REPORT_DB_ERROR_SLOW && failure.fault != REPORT_DB_ERROR_UNSURE) {
                break;
            }
            sleep(1);
        }
    }
    if (!good) {
        *err = failure.reason;
    }
    buffer_free(&all);
    return good;
}

bool purge_compact_add_days(struct report_db_conn *conn, struct err *err)
{
    struct buffer lines = {0};
    bool good = locked_run(conn, "SELECT rudder_relay.add_days(7)", &lines, err);
    buffer_free(&lines);
    return good || err_prefix(err, "days of compact storage cannot be made");
}

static bool drop_day(struct report_db_conn *conn, const char *day, bool dry_run, struct err *err)
{
    struct buffer sql = {0}, lines = {0};
    buffer_add_format(&sql, "SELECT rudder_relay.drop_day('%.*s')", DAY_LEN, day);
    bool good = dry_run || locked_run(conn, buffer_cstr(&sql), &lines, err);
    if (good) {
        printf("%s the runs that arrived on %.*s\n", dry_run ? "would drop" : "dropped", DAY_LEN, day);
    }
    buffer_free(&sql);
    buffer_free(&lines);
    return good || err_prefix(err, "the runs that arrived on %.*s", DAY_LEN, day);
}

static bool drop_days(struct report_db_conn *conn, int64_t limit, bool dry_run, struct err *err)
{
    struct buffer sql = {0}, days = {0};
    buffer_add_format(&sql,
                      "SELECT to_char(day, 'YYYY-MM-DD') FROM " DAYS " WHERE (day + 1)::timestamp <= " LIMIT
                      " AT TIME ZONE 'UTC' AND day < (now() AT TIME ZONE 'UTC')::date ORDER BY day",
                      limit);
    bool good = locked_run(conn, buffer_cstr(&sql), &days, err);
    for (const char *day = buffer_cstr(&days); good && strlen(day) > DAY_LEN; day += DAY_LEN + 1) {
        good = drop_day(conn, day, dry_run, err);
    }
    buffer_free(&sql);
    buffer_free(&days);
    return good;
}

/* Runs the statement, which removes a batch and counts it, until nothing is left. */
static bool remove_batches(struct report_db_conn *conn, const char *sql, struct err *err)
{
    struct buffer lines = {0};
    bool good = true;
    unsigned long removed = COMPACT_BATCH;
    while (good && removed == COMPACT_BATCH) {
        good = locked_run(conn, sql, &lines, err);
        removed = strtoul(buffer_cstr(&lines), NULL, 10);
    }
    buffer_free(&lines);
    return good;
}

bool purge_compact(struct report_db_conn *conn, const struct purge_limits *limits, bool dry_run, struct err *err)
{
    int64_t limit = limits->results > limits->runs ? limits->results : limits->runs;
    if (limit == PURGE_NOTHING) {
        return true;
    }
    struct buffer late = {0}, unused = {0};
    bool results_first = limit > limits->runs;
    buffer_add_format(&late, late_runs, limit, limit, COMPACT_BATCH);
    buffer_add_format(&unused, lists, COMPACT_BATCH);
    bool good = drop_days(conn, limit, dry_run, err) &&
                (dry_run || ((!results_first || remove_batches(conn, buffer_cstr(&late), err)) &&
                             remove_batches(conn, buffer_cstr(&unused), err)));
    buffer_free(&late);
    buffer_free(&unused);
    return good;
}
