/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "purge_plain.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "util/buffer.h"

enum { RUNS_A_BATCH = 50, ROWS_A_BATCH = 4000, TRIES = 5, LOCK_SECONDS = 5 };

/* Each statement below begins after `low`, the start of the last row that the one before removed: index entries of
 * removed rows stay until a vacuum, and going over them again and again would take longer than the rest.
 *
 * Their answer: how many runs or rows were chosen, how many of them (runs, rows) were removed, and the next `low`, in
 * microseconds since 1970. */
#define MOMENT "'epoch'::timestamptz + %" PRId64 " * interval '1 microsecond'"
#define NEXT_LOW "coalesce((extract(epoch FROM max(began)) * 1000000)::bigint, 0)"

/* A run that came late, between the purge of the runs and this, still has its ReportsExecution row. */
static const char without_run[] =
    "NOT EXISTS (SELECT FROM ReportsExecution"
    " WHERE ReportsExecution.nodeId = RudderSysEvents.nodeId AND date = executionTimeStamp)";
static const char is_log[] = "eventType LIKE 'log_%'"; /* exactly so: an index is for this condition */
static const char is_result[] = "(eventType LIKE 'log_%') IS NOT TRUE";

/* The table of the rows, by the name that it has, and what goes with a run besides. */
struct purge_tables {
    const char *rows;
    const char *with_run; /* a further part of the statement that removes `old` runs */
};

static const struct purge_tables plain_tables = {"RudderSysEvents", ""};
static const struct purge_tables compact_tables = {
    "rudder_relay.RudderSysEvents",
    " shared AS (DELETE FROM rudder_relay.run USING old WHERE first_id = insertionId),",
};

/* What is removed in a row of batches. */
struct purge_step {
    const struct purge_tables *tables;
    const char *condition; /* of the rows; NULL: whole runs */
    int64_t before;        /* microseconds */
    int64_t low;
    int64_t *runs; /* counts */
    int64_t *rows;
};

struct purge_answer {
    int64_t chosen;
    int64_t runs;
    int64_t rows;
    int64_t low;
};

static int64_t microseconds(int64_t seconds)
{
    const int64_t first = -62135596800; /* of year 1 */
    return (seconds < first ? first : seconds) * 1000000;
}

static void add_runs_statement(struct buffer *sql, const struct purge_step *step)
{
    buffer_add_format(sql,
                      "WITH old AS (SELECT nodeId, date AS began, insertionId FROM ReportsExecution"
                      "  WHERE date < " MOMENT " AND date >= " MOMENT " ORDER BY date LIMIT %d),%s"
                      " event AS (DELETE FROM %s AS RudderSysEvents USING old"
                      "  WHERE RudderSysEvents.nodeId = old.nodeId AND executionTimeStamp = began RETURNING 1),"
                      " run AS (DELETE FROM ReportsExecution USING old"
                      "  WHERE ReportsExecution.nodeId = old.nodeId AND date = began RETURNING 1)"
                      " SELECT concat_ws(' ', count(*), (SELECT count(*) FROM run), (SELECT count(*) FROM event),"
                      "  " NEXT_LOW ") FROM old",
                      step->before, step->low, RUNS_A_BATCH, step->tables->with_run, step->tables->rows);
}

static void add_rows_statement(struct buffer *sql, const struct purge_step *step)
{
    buffer_add_format(sql,
                      "WITH old AS (SELECT ctid AS place, executionTimeStamp AS began FROM %s AS RudderSysEvents"
                      "  WHERE executionTimeStamp < " MOMENT " AND executionTimeStamp >= " MOMENT " AND %s"
                      "  ORDER BY executionTimeStamp LIMIT %d),"
                      " event AS (DELETE FROM %s WHERE ctid = ANY (ARRAY(SELECT place FROM old))"
                      "  RETURNING 1)"
                      " SELECT concat_ws(' ', count(*), 0, (SELECT count(*) FROM event), " NEXT_LOW ") FROM old",
                      step->tables->rows, step->before, step->low, step->condition, ROWS_A_BATCH, step->tables->rows);
}

/* The answer is like that of a batch which removes all. */
static void add_count(struct buffer *sql, const struct purge_step *step)
{
    if (step->condition == NULL) {
        buffer_add_format(sql,
                          "SELECT concat_ws(' ', 0, (SELECT count(*) FROM ReportsExecution WHERE date < " MOMENT "),"
                          " (SELECT count(*) FROM %s WHERE executionTimeStamp < " MOMENT "), 0)",
                          step->before, step->tables->rows, step->before);
    } else {
        buffer_add_format(sql,
                          "SELECT concat_ws(' ', 0, 0, count(*), 0) FROM %s"
                          " WHERE executionTimeStamp < " MOMENT " AND executionTimeStamp >= " MOMENT " AND %s",
                          step->tables->rows, step->before, step->low, step->condition);
    }
}

static bool ask_numbers(struct report_db_conn *conn, const char *sql, struct purge_answer *answer,
                        struct report_db_failure *failure)
{
    struct buffer line = {0};
    *answer = (struct purge_answer){0};
    bool good = report_db_conn_lines(conn, sql, &line, failure);
    if (good && sscanf(buffer_cstr(&line), "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64, &answer->chosen,
                       &answer->runs, &answer->rows, &answer->low) != 4) {
        failure->fault = REPORT_DB_ERROR_DOWN;
        good = err_set(&failure->reason, "the database's answer is not what was asked for");
    }
    buffer_free(&line);
    return good;
}

/* One transaction. The planner is kept from reading whole tables, which it might do without fresh statistics. */
static bool purge_batch(struct report_db_conn *conn, const struct purge_step *step, struct purge_answer *answer,
                        struct report_db_failure *failure)
{
    struct buffer sql = {0};
    buffer_add_format(&sql,
                      "BEGIN; SET LOCAL statement_timeout = '%us'; SET LOCAL lock_timeout = '%ds';"
                      "SET LOCAL idle_in_transaction_session_timeout = '60s'; SET LOCAL synchronous_commit = off;"
                      "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;"
                      "SET LOCAL enable_mergejoin = off;",
                      conn->statement_seconds, LOCK_SECONDS);
    if (step->condition == NULL) {
        add_runs_statement(&sql, step);
    } else {
        add_rows_statement(&sql, step);
    }
    bool good = ask_numbers(conn, buffer_cstr(&sql), answer, failure) && report_db_conn_run(conn, "COMMIT", failure);
    if (!good) {
        report_db_conn_rollback(conn);
    }
    buffer_free(&sql);
    return good;
}

static bool can_be_tried_again(enum report_db_error fault)
{
    return fault == REPORT_DB_ERROR_SLOW || fault == REPORT_DB_ERROR_UNSURE;
}

/* A batch that removes nothing of what it chose counts as failed: somebody else may just have removed it, or a policy
 * of the table keeps it. */
static bool purge_step_run(struct report_db_conn *conn, struct purge_step *step, struct err *err)
{
    struct report_db_failure failure;
    struct purge_answer answer;
    for (int tries = 0; tries < TRIES;) {
        if (purge_batch(conn, step, &answer, &failure)) {
            *step->runs += answer.runs;
            *step->rows += answer.rows;
            if (answer.chosen < (step->condition == NULL ? RUNS_A_BATCH : ROWS_A_BATCH)) {
                return true;
            }
            step->low = answer.low;
            tries = answer.runs + answer.rows > 0 ? 0 : tries + 1;
            err_set(&failure.reason, "what is old is not removed");
        } else if (can_be_tried_again(failure.fault)) {
            sleep((unsigned)++tries < TRIES);
        } else {
            break;
        }
    }
    *err = failure.reason;
    return false;
}

static bool count_step(struct report_db_conn *conn, const struct purge_step *step, struct err *err)
{
    struct report_db_failure failure;
    struct purge_answer answer;
    struct buffer sql = {0};
    add_count(&sql, step);
    bool good = ask_numbers(conn, buffer_cstr(&sql), &answer, &failure);
    *step->runs += answer.runs;
    *step->rows += answer.rows;
    if (!good) {
        *err = failure.reason;
    }
    buffer_free(&sql);
    return good;
}

/* Partitions are dropped by whoever made them; and a row's place is not unique there. */
static bool is_plain(struct report_db_conn *conn, const char *table, struct err *err)
{
    struct buffer sql = {0};
    struct report_db_failure failure;
    struct purge_answer answer;
    buffer_add_format(&sql,
                      "SELECT concat_ws(' ', count(*), 0, 0, 0) FROM pg_class WHERE relkind = 'r'"
                      " AND oid IN (to_regclass('%s'), to_regclass('reportsexecution'))",
                      table);
    bool asked = report_db_conn_open(conn, &failure) && ask_numbers(conn, buffer_cstr(&sql), &answer, &failure);
    buffer_free(&sql);
    if (!asked) {
        *err = failure.reason;
        return false;
    }
    return answer.chosen == 2 || err_set(err, "RudderSysEvents and ReportsExecution are not both ordinary tables");
}

bool purge_plain(struct report_db_conn *conn, bool compact, const struct purge_limits *limits, bool dry_run,
                 struct purge_counts *counts, struct err *err)
{
    const struct purge_tables *tables = compact ? &compact_tables : &plain_tables;
    int64_t runs = microseconds(limits->runs), unused = 0;
    int64_t first = microseconds(INT64_MIN);
    struct purge_step steps[] = {
        {tables, NULL, runs, first, &counts->runs, &counts->rows},
        {tables, without_run, runs, first, &unused, &counts->rows},
        {tables, is_result, microseconds(limits->results), runs, &unused, &counts->results},
        {tables, is_log, microseconds(limits->logs), runs, &unused, &counts->logs},
    };
    *counts = (struct purge_counts){0};
    bool good = is_plain(conn, tables->rows, err);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && good; i++) {
        if (steps[i].before <= steps[i].low || (dry_run && steps[i].condition == without_run)) {
            continue; /* nothing is asked for, or the first step has counted it */
        }
        good = dry_run ? count_step(conn, &steps[i], err) : purge_step_run(conn, &steps[i], err);
    }
    return good;
}
