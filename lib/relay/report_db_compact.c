/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_compact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "relay/report_db_binary.h"
#include "util/digest.h"
#include "util/xmalloc.h"

/* Lists with more text than this go in several statements. */
enum { LISTS_PIECE = 1 << 20 };

/* A parameter that is an array, while its elements are added. */
struct parameter {
    Oid type;
    struct buffer bytes;
    size_t count;
    bool nulls;
};

enum {
    LIST_DAY,
    LIST_ID,
    LIST_TYPE,
    LIST_PLACE,
    LIST_DIRECTIVE,
    LIST_RULE,
    LIST_REPORT,
    LIST_COMPONENT,
    LIST_KEY_VALUE,
    LIST_POLICY,
    LIST_MESSAGE,
    LIST_PARAMETERS
};

/* In the order of the lists' ids, so that two forwarders with the same lists cannot wait for each other. Those that are
 * there use up no numbers: HAVING probes an index once for each list (OFFSET keeps it from reading all lists). */
static const char add_lists[] =
    "INSERT INTO rudder_relay.list (id, day, lines, control, result_success, result_na, audit_compliant, audit_na)"
    " SELECT id, day, count(*), array_agg(line ORDER BY place) FILTER (WHERE type = 0),"
    "  array_agg(line ORDER BY place) FILTER (WHERE type = 1), array_agg(line ORDER BY place) FILTER (WHERE type = 2),"
    "  array_agg(line ORDER BY place) FILTER (WHERE type = 3), array_agg(line ORDER BY place) FILTER (WHERE type = 4)"
    " FROM (SELECT id::uuid AS id, day::date AS day, type, place,"
    "  ROW(place, directive, rule, report, component, key_value, policy, message)::rudder_relay.line AS line"
    "  FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS given"
    "  (day, id, type, place, directive, rule, report, component, key_value, policy, message)) AS lines"
    " GROUP BY id, day"
    " HAVING NOT EXISTS (SELECT FROM rudder_relay.list WHERE list.id = lines.id AND list.day = lines.day OFFSET 0)"
    " ORDER BY id ON CONFLICT DO NOTHING";

enum {
    RUN_DAY,
    RUN_FIRST_ID,
    RUN_REPORTS,
    RUN_LIST,
    RUN_TAIL,
    RUN_SHIFT,
    RUN_SECONDS,
    RUN_MISSING,
    RUN_PARAMETERS
};

/* LIMIT keeps the planner from a join that reads all lists. */
static const char add_runs[] =
    "INSERT INTO rudder_relay.run (day, first_id, reports, list, tail, shift, seconds, missing)"
    " SELECT given.day::date, first_id, reports, known.number, tail, shift, seconds, missing::smallint[]"
    " FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS given"
    "  (day, first_id, reports, list, tail, shift, seconds, missing),"
    " LATERAL (SELECT number FROM rudder_relay.list"
    "  WHERE id = given.list::uuid AND list.day = given.day::date LIMIT 1) AS known";

static void parameters_open(struct parameter *parameters, size_t count, const Oid *types)
{
    for (size_t i = 0; i < count; i++) {
        parameters[i] = (struct parameter){.type = types[i]};
    }
}

static void add_text(struct parameter *parameter, struct slice text)
{
    report_db_binary_text(&parameter->bytes, text);
    parameter->count++;
}

static void add_null(struct parameter *parameter)
{
    report_db_binary_null(&parameter->bytes);
    parameter->nulls = true;
    parameter->count++;
}

static void add_number(struct parameter *parameter, int64_t number)
{
    report_db_binary_int8(&parameter->bytes, number);
    parameter->count++;
}

/* Runs the statement and frees the parameters. *rows: how many rows it has added. */
static bool run_with(struct report_db_conn *conn, const char *sql, struct parameter *parameters, size_t count,
                     size_t *rows, struct report_db_failure *failure)
{
    struct buffer bytes = {0};
    Oid *types = xcalloc(count, sizeof *types);
    size_t *ends = xcalloc(count, sizeof *ends);
    struct slice *values = xcalloc(count, sizeof *values);
    for (size_t i = 0; i < count; i++) {
        types[i] = parameters[i].type;
        report_db_binary_array(&bytes, parameters[i].type, parameters[i].count, parameters[i].nulls);
        buffer_add(&bytes, parameters[i].bytes.at, parameters[i].bytes.len);
        buffer_free(&parameters[i].bytes);
        ends[i] = bytes.len;
    }
    for (size_t i = 0, start = 0; i < count; start = ends[i++]) {
        values[i] = (struct slice){bytes.at + start, ends[i] - start};
    }
    PGresult *result = report_db_conn_query(conn, sql, &(struct report_db_values){types, values, (int)count}, failure);
    *rows = result != NULL ? strtoul(PQcmdTuples(result), NULL, 10) : 0;
    bool good = result != NULL;
    PQclear(result);
    buffer_free(&bytes);
    free(types);
    free(ends);
    free(values);
    return good;
}

static struct slice list_name(char text[2 * REPORT_LIST_ID_LEN + 1], const struct report_db_plan *plan)
{
    digest_hex(text, plan->list.id, REPORT_LIST_ID_LEN, false);
    return slice_from_str(text);
}

static void add_list(struct parameter *parameters, const struct report_db_plan *plan, const struct runlog *runlog)
{
    char name[2 * REPORT_LIST_ID_LEN + 1];
    struct slice id = list_name(name, plan);
    for (size_t i = 0; i < runlog->report_count; i++) {
        if (plan->shared[i]) {
            const struct report *report = &runlog->reports[i];
            const struct report_origin *origin = report->origin;
            add_text(&parameters[LIST_DAY], slice_from_str(plan->list.day));
            add_text(&parameters[LIST_ID], id);
            add_number(&parameters[LIST_TYPE], report_db_plan_type(report->event_type));
            add_number(&parameters[LIST_PLACE], (int64_t)i);
            add_text(&parameters[LIST_DIRECTIVE], origin->directive_id);
            add_text(&parameters[LIST_RULE], origin->rule_id);
            add_text(&parameters[LIST_REPORT], origin->report_id);
            add_text(&parameters[LIST_COMPONENT], origin->component);
            add_text(&parameters[LIST_KEY_VALUE], origin->key_value);
            add_text(&parameters[LIST_POLICY], origin->policy);
            add_text(&parameters[LIST_MESSAGE], report->message);
        }
    }
}

static int by_list(const void *left, const void *right)
{
    const struct report_db_item *const *a = left;
    const struct report_db_item *const *b = right;
    return memcmp((*a)->plan->list.id, (*b)->plan->list.id, REPORT_LIST_ID_LEN);
}

/* Stores the lists that runs from *next on have made, up to LISTS_PIECE, and moves *next on. */
static bool store_lists(struct report_db_conn *conn, struct report_db_item **items, size_t count, size_t *next,
                        struct report_db_failure *failure)
{
    static const Oid types[LIST_PARAMETERS] = {PG_TEXT_ARRAY, PG_TEXT_ARRAY, PG_INT8_ARRAY, PG_INT8_ARRAY,
                                               PG_TEXT_ARRAY, PG_TEXT_ARRAY, PG_TEXT_ARRAY, PG_TEXT_ARRAY,
                                               PG_TEXT_ARRAY, PG_TEXT_ARRAY, PG_TEXT_ARRAY};
    struct parameter parameters[LIST_PARAMETERS];
    size_t rows;
    parameters_open(parameters, LIST_PARAMETERS, types);
    for (; *next < count && parameters[LIST_MESSAGE].bytes.len < LISTS_PIECE; ++*next) {
        if (*next == 0 || by_list(&items[*next - 1], &items[*next]) != 0) {
            add_list(parameters, items[*next]->plan, items[*next]->run->runlog);
        }
    }
    return run_with(conn, add_lists, parameters, LIST_PARAMETERS, &rows, failure);
}

/* The commit need not wait for the disk: the one of the runs that refer to these lists comes after it and does. */
static bool begin_lists(struct report_db_conn *conn, struct report_db_failure *failure)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL statement_timeout = '%us';"
             " SET LOCAL idle_in_transaction_session_timeout = '10s'",
             conn->statement_seconds);
    return report_db_conn_run(conn, sql, failure);
}

static bool store_new_lists(struct report_db_conn *conn, struct report_db_item **items, size_t count,
                            struct report_db_failure *failure)
{
    struct report_db_item **makers = xcalloc(count, sizeof(struct report_db_item *));
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i]->plan != NULL && items[i]->plan->new_list) {
            makers[found++] = items[i];
        }
    }
    qsort(makers, found, sizeof *makers, by_list);
    bool good = true;
    for (size_t next = 0; next < found && good;) {
        good = begin_lists(conn, failure) && store_lists(conn, makers, found, &next, failure) &&
               report_db_conn_run(conn, "COMMIT", failure);
    }
    free(makers);
    return good;
}

bool report_db_compact_prepare(struct report_db_conn *conn, struct report_db_item **items, size_t count,
                               struct report_db_failure *failure)
{
    arena_clear(&conn->plans);
    for (size_t i = 0; i < count; i++) {
        struct report_db_plan *plan = arena_alloc(&conn->plans, sizeof *plan);
        bool made = report_db_plan_make(plan, items[i]->run->runlog, conn->answer, conn->lists, &conn->plans);
        items[i]->plan = made ? plan : NULL;
    }
    if (!store_new_lists(conn, items, count, failure)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (items[i]->plan != NULL && items[i]->plan->changed) {
            report_lists_put(conn->lists, items[i]->run->runlog->info.node_id, &items[i]->plan->list);
        }
    }
    return true;
}

static void compact_add_run(struct parameter *parameters, const struct report_db_finding *finding)
{
    char name[2 * REPORT_LIST_ID_LEN + 1];
    const struct runlog *runlog = finding->item->run->runlog;
    const struct report_db_plan *plan = finding->item->plan;
    add_text(&parameters[RUN_DAY], slice_from_str(plan->list.day));
    add_number(&parameters[RUN_FIRST_ID], finding->first_id);
    add_number(&parameters[RUN_REPORTS], (int64_t)runlog->report_count);
    add_text(&parameters[RUN_LIST], list_name(name, plan));
    add_number(&parameters[RUN_TAIL], (int64_t)plan->tail);
    add_number(&parameters[RUN_SHIFT], plan->shift);
    add_text(&parameters[RUN_SECONDS], plan->seconds);
    if (plan->missing.at != NULL) {
        add_text(&parameters[RUN_MISSING], plan->missing);
    } else {
        add_null(&parameters[RUN_MISSING]);
    }
}

static bool lists_are_gone(struct report_db_conn *conn, struct report_db_failure *failure)
{
    report_lists_clear(conn->lists);
    return report_db_conn_fail(failure, REPORT_DB_ERROR_UNSURE, "lists of compact storage are not there any more", "");
}

bool report_db_compact_store(struct report_db_conn *conn, const struct report_db_finding *findings, size_t count,
                             struct report_db_failure *failure)
{
    static const Oid types[RUN_PARAMETERS] = {PG_TEXT_ARRAY, PG_INT8_ARRAY, PG_INT8_ARRAY,  PG_TEXT_ARRAY,
                                              PG_INT8_ARRAY, PG_INT8_ARRAY, PG_BYTEA_ARRAY, PG_TEXT_ARRAY};
    struct parameter parameters[RUN_PARAMETERS];
    size_t wanted = 0, rows;
    parameters_open(parameters, RUN_PARAMETERS, types);
    for (size_t i = 0; i < count; i++) {
        if (findings[i].is_new && findings[i].item->plan != NULL) {
            compact_add_run(parameters, &findings[i]);
            wanted++;
        }
    }
    return run_with(conn, add_runs, parameters, RUN_PARAMETERS, &rows, failure) &&
           (rows == wanted || lists_are_gone(conn, failure));
}
