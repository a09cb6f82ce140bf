/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_batch.h"

#include <inttypes.h>
#include <stdlib.h>

#include "relay/report_db_binary.h"
#include "util/buffer.h"
#include "util/digest.h"
#include "util/xmalloc.h"

/* The parameters of the statement `look`; $1 is COLUMN_NODE. Each is an array with an element for each run. All but the
 * last three describe the run's first report. */
enum column {
    COLUMN_NODE,
    COLUMN_START,
    COLUMN_EXECUTED,
    COLUMN_DIRECTIVE,
    COLUMN_RULE,
    COLUMN_REPORT,
    COLUMN_COMPONENT,
    COLUMN_KEY_VALUE,
    COLUMN_EVENT_TYPE,
    COLUMN_POLICY,
    COLUMN_MESSAGE,
    COLUMN_REPORT_COUNT,
    COLUMN_COMPLETE,
    COLUMN_CONFIG,
    COLUMNS
};

static const Oid array_types[COLUMNS] = {
    PG_TEXT_ARRAY, PG_TIMESTAMPTZ_ARRAY, PG_TIMESTAMPTZ_ARRAY, PG_TEXT_ARRAY, PG_TEXT_ARRAY,
    PG_TEXT_ARRAY, PG_TEXT_ARRAY,        PG_TEXT_ARRAY,        PG_TEXT_ARRAY, PG_TEXT_ARRAY,
    PG_TEXT_ARRAY, PG_INT8_ARRAY,        PG_BOOL_ARRAY,        PG_TEXT_ARRAY,
};

/* A text longer than this is looked up by its digest, so that the text itself is sent only once, with the row. */
enum { LONG_TEXT = 8192 };
#define TEXT_OR_DIGEST(column)                                                                                         \
    "CASE WHEN octet_length(" column ") > 8192 THEN encode(sha256(convert_to(" column ", 'UTF8')), 'hex')"             \
    " ELSE " column " END"

/* LIMIT keeps the planner from turning the two look-ups into joins that read a whole table; each is a probe of an
 * index. */
static const char look[] =
    "WITH run AS ("
    " SELECT given.*, stored.yes AS stored, taken.yes AS taken"
    " FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) WITH ORDINALITY AS given"
    "  (node, start, executed, directive, rule, report, component, key_value, event_type, policy, message,"
    "   report_count, complete, config, place)"
    " LEFT JOIN LATERAL (SELECT true FROM RudderSysEvents"
    "  WHERE nodeId = node AND executionTimeStamp = start AND executionDate = executed"
    "  AND " TEXT_OR_DIGEST("directiveId") " = directive AND " TEXT_OR_DIGEST("ruleId") " = rule"
    "  AND " TEXT_OR_DIGEST("reportId") " = report"
    "  AND " TEXT_OR_DIGEST("RudderSysEvents.component") " = given.component"
    "  AND " TEXT_OR_DIGEST("keyValue") " = key_value AND " TEXT_OR_DIGEST("eventType") " = event_type"
    "  AND " TEXT_OR_DIGEST("RudderSysEvents.policy") " = given.policy AND " TEXT_OR_DIGEST("msg") " = message LIMIT 1)"
    " AS stored (yes) ON true"
    " LEFT JOIN LATERAL (SELECT true FROM ReportsExecution"
    "  WHERE nodeId = node AND date = start LIMIT 1) AS taken (yes) ON complete"
    "), new AS ("
    " SELECT place, node, start, complete, config,"
    "  ARRAY(SELECT nextval('serial') FROM generate_series(1, report_count)) AS ids"
    " FROM run WHERE stored IS NULL AND taken IS NULL"
    "), execution AS ("
    " INSERT INTO ReportsExecution (nodeId, date, nodeConfigId, insertionId)"
    " SELECT node, start, config, ids[1] FROM new WHERE complete"
    ") "
    "SELECT run.place, run.stored, new.ids FROM run LEFT JOIN new ON new.place = run.place";

enum { RESULT_PLACE, RESULT_STORED, RESULT_IDS };

static const char copy[] = "COPY RudderSysEvents (" REPORT_DB_COPY_COLUMNS ") FROM STDIN (FORMAT binary); COMMIT";

/* The commit when all runs were already there. The session that stored them may have been cut while it waited for a
 * standby, so they may not be safe yet. A commit that writes to the WAL waits for everything written before it; one
 * that writes nothing does not wait. So this one writes a message. */
static const char commit_nothing_new[] = "SELECT pg_logical_emit_message(true, 'rudder-relay', ''); COMMIT";

enum { CHUNK = 64 * 1024 };

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

/* Begins the transaction and takes the locks. The time-outs are the server's: a client that vanished in the middle of a
 * transaction must not hold its locks until TCP notices.
 *
 * synchronous_commit is set to at least `on`: on the server's disk and on its synchronous standbys, if there are some.
 * The settings of server, database or role may be lower, for other users. */
static bool begin_and_lock(struct report_db_conn *conn, struct report_db_item **items, size_t count,
                           struct report_db_failure *failure)
{
    struct buffer sql = {0};
    buffer_add_format(&sql,
                      "BEGIN ISOLATION LEVEL READ COMMITTED;"
                      "SET LOCAL statement_timeout = '%us'; SET LOCAL idle_in_transaction_session_timeout = '60s';"
                      "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')"
                      " WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true);",
                      conn->statement_seconds);
    for (size_t i = 0; i < count; i++) {
        buffer_add_format(&sql, "%spg_advisory_xact_lock(%" PRId64 ")", i > 0 ? "," : "SELECT ", items[i]->key);
    }
    bool good = report_db_conn_run(conn, buffer_cstr(&sql), failure);
    buffer_free(&sql);
    return good;
}

static void put_text_or_digest(struct buffer *out, struct slice text)
{
    if (text.len <= LONG_TEXT) {
        report_db_binary_text(out, text);
        return;
    }
    unsigned char digest[32]; /* SHA-256 */
    char hex[2 * 32 + 1];
    digest_sha256(digest, text.at, text.len);
    digest_hex(hex, digest, sizeof digest, false);
    report_db_binary_text(out, slice_from_str(hex));
}

static void put_element(struct buffer *out, enum column column, const struct runlog *runlog)
{
    const struct report *first = &runlog->reports[0];
    const struct report_origin *origin = first->origin;
    switch (column) {
    case COLUMN_NODE:
        return report_db_binary_text(out, slice_from_str(runlog->info.node_id));
    case COLUMN_START:
        return report_db_binary_int8(out, timestamp_postgres(&origin->start));
    case COLUMN_EXECUTED:
        return report_db_binary_int8(out, timestamp_postgres(&first->executed));
    case COLUMN_DIRECTIVE:
        return put_text_or_digest(out, origin->directive_id);
    case COLUMN_RULE:
        return put_text_or_digest(out, origin->rule_id);
    case COLUMN_REPORT:
        return put_text_or_digest(out, origin->report_id);
    case COLUMN_COMPONENT:
        return put_text_or_digest(out, origin->component);
    case COLUMN_KEY_VALUE:
        return put_text_or_digest(out, origin->key_value);
    case COLUMN_EVENT_TYPE:
        return put_text_or_digest(out, first->event_type);
    case COLUMN_POLICY:
        return put_text_or_digest(out, origin->policy);
    case COLUMN_MESSAGE:
        return put_text_or_digest(out, first->message);
    case COLUMN_REPORT_COUNT:
        return report_db_binary_int8(out, (int64_t)runlog->report_count);
    case COLUMN_COMPLETE:
        return report_db_binary_bool(out, runlog->complete);
    case COLUMN_CONFIG:
        return runlog->config_id.at != NULL ? report_db_binary_text(out, runlog->config_id)
                                            : report_db_binary_null(out);
    case COLUMNS:
        break;
    }
}

static uint32_t element_type(enum column column)
{
    switch (array_types[column]) {
    case PG_TIMESTAMPTZ_ARRAY:
        return PG_TIMESTAMPTZ;
    case PG_INT8_ARRAY:
        return PG_INT8;
    case PG_BOOL_ARRAY:
        return PG_BOOL;
    default:
        return PG_TEXT;
    }
}

static PGresult *look_and_number(struct report_db_conn *conn, struct report_db_item **items, size_t count,
                                 struct report_db_failure *failure)
{
    struct buffer bytes = {0};
    size_t ends[COLUMNS];
    for (enum column column = 0; column < COLUMNS; column++) {
        report_db_binary_array(&bytes, element_type(column), count, column == COLUMN_CONFIG);
        for (size_t i = 0; i < count; i++) {
            put_element(&bytes, column, items[i]->run->runlog);
        }
        ends[column] = bytes.len;
    }
    struct slice values[COLUMNS];
    for (size_t column = 0, start = 0; column < COLUMNS; start = ends[column++]) {
        values[column] = (struct slice){bytes.at + start, ends[column] - start};
    }
    PGresult *result =
        report_db_conn_query(conn, look, &(struct report_db_values){array_types, values, COLUMNS}, failure);
    buffer_free(&bytes);
    return result;
}

/* What the statement `look` found out about one run. */
struct finding {
    struct report_db_item *item;
    bool stored;
    struct slice ids; /* int8[], empty if the run is not new */
};

static struct slice cell(const PGresult *found, int row, int column)
{
    return (struct slice){PQgetvalue(found, row, column), (size_t)PQgetlength(found, row, column)};
}

static bool read_finding(const PGresult *found, int row, struct report_db_item **items, size_t count,
                         struct finding *finding)
{
    struct slice place = cell(found, row, RESULT_PLACE);
    int64_t number = place.len == sizeof number ? report_db_binary_read_int8(place.at) : 0;
    if (number < 1 || (uint64_t)number > count) {
        return false;
    }
    finding->item = items[number - 1];
    finding->stored = PQgetisnull(found, row, RESULT_STORED) == 0;
    finding->ids = cell(found, row, RESULT_IDS);
    return finding->ids.len == 0 || report_db_binary_is_int8s(finding->ids, finding->item->run->runlog->report_count);
}

/* The destination of the pieces of a large row. */
struct copy_target {
    struct report_db_conn *conn;
    struct report_db_failure *failure;
};

static bool send_piece(void *to, struct slice piece)
{
    const struct copy_target *target = to;
    return report_db_conn_copy_data(target->conn, piece, target->failure);
}

static bool copy_run(struct report_db_conn *conn, struct buffer *chunk, const struct finding *finding,
                     struct report_db_failure *failure)
{
    const struct runlog *runlog = finding->item->run->runlog;
    struct slice node_id = slice_from_str(runlog->info.node_id);
    struct copy_target target = {conn, failure};
    for (size_t i = 0; i < runlog->report_count; i++) {
        const struct report *report = &runlog->reports[i];
        int64_t id = report_db_binary_int8s_at(finding->ids, i);
        if (report_db_binary_row_texts(node_id, report) <= CHUNK) {
            report_db_binary_copy_row(chunk, id, node_id, report);
        } else if (!report_db_binary_copy_large_row(chunk, id, node_id, report, send_piece, &target)) {
            return false;
        }
        if (chunk->len >= CHUNK) {
            if (!report_db_conn_copy_data(conn, buffer_slice(chunk), failure)) {
                return false;
            }
            buffer_clear(chunk);
        }
    }
    return true;
}

static bool copy_and_commit(struct report_db_conn *conn, const struct finding *findings, size_t count,
                            struct report_db_failure *failure)
{
    struct buffer chunk = {0};
    bool good = report_db_conn_copy_begin(conn, copy, failure);
    report_db_binary_copy_header(&chunk);
    for (size_t i = 0; i < count && good; i++) {
        good = findings[i].ids.len == 0 || copy_run(conn, &chunk, &findings[i], failure);
    }
    report_db_binary_copy_trailer(&chunk);
    good =
        good && report_db_conn_copy_data(conn, buffer_slice(&chunk), failure) && report_db_conn_copy_end(conn, failure);
    buffer_free(&chunk);
    return good;
}

static bool batch_commit(struct report_db_conn *conn, const struct finding *findings, size_t count, bool any_new,
                         struct report_db_failure *failure)
{
    conn->commit_unsafe = false;
    bool good = any_new ? copy_and_commit(conn, findings, count, failure)
                        : report_db_conn_run(conn, commit_nothing_new, failure);
    if (good && conn->commit_unsafe) {
        failure->fault = REPORT_DB_ERROR_DOWN;
        good = err_set(&failure->reason, "the commit did not reach the database's standby");
    }
    return good;
}

static void report_db_batch_set_outcome(const struct finding *finding)
{
    struct report_db_run *run = finding->item->run;
    finding->item->done = true;
    run->reason.text[0] = '\0';
    run->fault = REPORT_DB_ERROR_NONE;
    if (finding->ids.len > 0) {
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
    PGresult *found = NULL;
    struct finding *findings = xcalloc(count, sizeof *findings);
    bool good =
        begin_and_lock(conn, items, count, failure) && (found = look_and_number(conn, items, count, failure)) != NULL;
    bool any_new = false;
    for (size_t i = 0; i < count && good; i++) {
        good = PQntuples(found) == (int)count && read_finding(found, (int)i, items, count, &findings[i]);
        any_new = any_new || findings[i].ids.len > 0;
        if (!good) {
            failure->fault = REPORT_DB_ERROR_DOWN;
            err_set(&failure->reason, "the database's answer is not what was asked for");
        }
    }
    good = good && batch_commit(conn, findings, count, any_new, failure);
    for (size_t i = 0; i < count && good; i++) {
        report_db_batch_set_outcome(&findings[i]);
    }
    PQclear(found);
    free(findings);
    return good;
}
