/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_lookup.h"

#include "relay/report_db_binary.h"
#include "relay/report_db_ids.h"
#include "util/buffer.h"
#include "util/digest.h"

/* The parameters of the statement `look`; $1 is COLUMN_NODE. Each is an array with an element for each run. All but the
 * last describe the report that identifies the run. */
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
    COLUMN_COMPLETE,
    COLUMNS
};

static const Oid array_types[COLUMNS] = {
    PG_TEXT_ARRAY, PG_TIMESTAMPTZ_ARRAY, PG_TIMESTAMPTZ_ARRAY, PG_TEXT_ARRAY, PG_TEXT_ARRAY, PG_TEXT_ARRAY,
    PG_TEXT_ARRAY, PG_TEXT_ARRAY,        PG_TEXT_ARRAY,        PG_TEXT_ARRAY, PG_TEXT_ARRAY, PG_BOOL_ARRAY,
};

/* Is there anything of these runs, in either table? Seldom, and this is cheap to ask. And what is the highest id, if
 * not below $3? (Below lie the rows that others have inserted and not committed, and a search for the highest of all
 * would go through them.) In compact storage the database keeps the plans.
 *
 * Each look is a probe of an index, whatever the statistics say. Those of a table's first runs say that all rows have
 * the same node and start. Then the planner expects a row at once wherever it begins to read. There is none, so it
 * reads all of a table that has grown since. OFFSET keeps it from joins that read a whole table, and the transaction is
 * without sequential scans (report_db_batch). */
#define ANY_THERE(any, highest) "SELECT " any ", " REPORT_DB_IDS_HIGHEST(highest)
#define ANY_OF(has_reports)                                                                                            \
    "EXISTS (SELECT FROM unnest($1, $2) AS given (node, start) WHERE " has_reports                                     \
    " OR EXISTS (SELECT FROM ReportsExecution WHERE nodeId = node AND date = start OFFSET 0))"

static const char any_there_plain[] = ANY_THERE(
    ANY_OF("EXISTS (SELECT FROM RudderSysEvents WHERE nodeId = node AND executionTimeStamp = start OFFSET 0)"),
    "(SELECT id FROM RudderSysEvents WHERE id >= $3 ORDER BY id DESC LIMIT 1)");
static const char any_there_view[] =
    ANY_THERE(ANY_OF("rudder_relay.has_run(node, start)"), "rudder_relay.highest_id()");
static const char any_there_compact[] = ANY_THERE("rudder_relay.has_any($1, $2)", "rudder_relay.highest_id()");

static const char *any_there(enum report_db_storage storage)
{
    return storage == REPORT_DB_STORAGE_PLAIN  ? any_there_plain
           : storage == REPORT_DB_STORAGE_VIEW ? any_there_view
                                               : any_there_compact;
}

enum { ANY_THERE_NODE, ANY_THERE_START, ANY_THERE_FIRST_ID, ANY_THERE_PARAMETERS };
enum { ANY_THERE_RESULT_ANY, ANY_THERE_RESULT_HIGHEST };

/* A text longer than this is looked up by its digest, so that the text itself is sent only once, with the row. */
enum { LONG_TEXT = 8192 };
#define TEXT_OR_DIGEST(column)                                                                                         \
    "CASE WHEN octet_length(" column ") > 8192 THEN encode(sha256(convert_to(" column ", 'UTF8')), 'hex')"             \
    " ELSE " column " END"

/* LIMIT keeps the planner from turning the two look-ups into joins. */
static const char look[] =
    "SELECT place, stored.yes, taken.yes"
    " FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) WITH ORDINALITY AS given"
    "  (node, start, executed, directive, rule, report, component, key_value, event_type, policy, message, complete,"
    "   place)"
    " LEFT JOIN LATERAL (SELECT true FROM RudderSysEvents"
    "  WHERE nodeId = node AND executionTimeStamp = start AND executionDate = executed"
    "  AND " TEXT_OR_DIGEST("directiveId") " = directive AND " TEXT_OR_DIGEST("ruleId") " = rule"
    "  AND " TEXT_OR_DIGEST("reportId") " = report"
    "  AND " TEXT_OR_DIGEST("RudderSysEvents.component") " = given.component"
    "  AND " TEXT_OR_DIGEST("keyValue") " = key_value AND " TEXT_OR_DIGEST("eventType") " = event_type"
    "  AND " TEXT_OR_DIGEST("RudderSysEvents.policy") " = given.policy AND " TEXT_OR_DIGEST("msg") " = message"
    "  LIMIT 1) AS stored (yes) ON true"
    " LEFT JOIN LATERAL (SELECT true FROM ReportsExecution"
    "  WHERE nodeId = node AND date = start LIMIT 1) AS taken (yes) ON complete";

enum { RESULT_PLACE, RESULT_STORED, RESULT_TAKEN };

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
    const struct report *first = runlog_identity(runlog);
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
    case COLUMN_COMPLETE:
        return report_db_binary_bool(out, runlog->complete);
    case COLUMNS:
        break;
    }
}

/* Fills values with the first `columns` parameters of `look`; they point into bytes. */
static void put_columns(struct buffer *bytes, struct slice *values, size_t columns, struct report_db_item **items,
                        size_t count)
{
    size_t ends[COLUMNS];
    for (enum column column = 0; column < columns; column++) {
        report_db_binary_array(bytes, array_types[column], count, false);
        for (size_t i = 0; i < count; i++) {
            put_element(bytes, column, items[i]->run->runlog);
        }
        ends[column] = bytes->len;
    }
    for (size_t column = 0, start = 0; column < columns; start = ends[column++]) {
        values[column] = (struct slice){bytes->at + start, ends[column] - start};
    }
}

static bool lookup_fail(struct report_db_failure *failure)
{
    return report_db_conn_fail(failure, REPORT_DB_ERROR_DOWN, "the database's answer is not what was asked for", "");
}

static struct slice cell(const PGresult *found, int row, int column)
{
    return (struct slice){PQgetvalue(found, row, column), (size_t)PQgetlength(found, row, column)};
}

/* *any: is there anything of the runs? *highest: as in report_db_lookup */
static bool ask_any_there(struct report_db_conn *conn, struct report_db_item **items, size_t count, int64_t first_id,
                          bool *any, int64_t *highest, struct report_db_failure *failure)
{
    static const Oid types[ANY_THERE_PARAMETERS] = {PG_TEXT_ARRAY, PG_TIMESTAMPTZ_ARRAY, PG_INT8};
    struct buffer bytes = {0};
    struct buffer number = {0};
    struct slice values[ANY_THERE_PARAMETERS];
    put_columns(&bytes, values, ANY_THERE_FIRST_ID, items, count);
    report_db_binary_int8(&number, first_id);
    values[ANY_THERE_FIRST_ID] = (struct slice){number.at + number.len - sizeof first_id, sizeof first_id};
    PGresult *found = report_db_conn_query(conn, any_there(conn->storage),
                                           &(struct report_db_values){types, values, ANY_THERE_PARAMETERS}, failure);
    bool good = found != NULL;
    if (good) {
        struct slice any_cell = cell(found, 0, ANY_THERE_RESULT_ANY);
        struct slice highest_cell = cell(found, 0, ANY_THERE_RESULT_HIGHEST);
        good = (any_cell.len == 1 && highest_cell.len == sizeof *highest) || lookup_fail(failure);
        *any = good && *any_cell.at != 0;
        *highest = good ? report_db_binary_read_int8(highest_cell.at) : 0;
    }
    PQclear(found);
    buffer_free(&bytes);
    buffer_free(&number);
    return good;
}

static bool read_finding(const PGresult *found, int row, struct report_db_finding *findings, size_t count)
{
    struct slice place = cell(found, row, RESULT_PLACE);
    int64_t number = place.len == sizeof number ? report_db_binary_read_int8(place.at) : 0;
    if (number < 1 || (uint64_t)number > count) {
        return false;
    }
    struct report_db_finding *finding = &findings[number - 1];
    finding->stored = PQgetisnull(found, row, RESULT_STORED) == 0;
    finding->is_new = !finding->stored && PQgetisnull(found, row, RESULT_TAKEN) != 0;
    return true;
}

static bool look_closely(struct report_db_conn *conn, struct report_db_item **items, size_t count,
                         struct report_db_finding *findings, struct report_db_failure *failure)
{
    struct buffer bytes = {0};
    struct slice values[COLUMNS];
    put_columns(&bytes, values, COLUMNS, items, count);
    PGresult *found =
        report_db_conn_query(conn, look, &(struct report_db_values){array_types, values, COLUMNS}, failure);
    bool good = found != NULL;
    if (good) {
        good = PQntuples(found) == (int)count;
        for (size_t i = 0; i < count && good; i++) {
            good = read_finding(found, (int)i, findings, count);
        }
        good = good || lookup_fail(failure);
    }
    PQclear(found);
    buffer_free(&bytes);
    return good;
}

bool report_db_lookup(struct report_db_conn *conn, struct report_db_item **items, size_t count, int64_t first_id,
                      struct report_db_finding *findings, int64_t *highest, struct report_db_failure *failure)
{
    bool any;
    for (size_t i = 0; i < count; i++) {
        findings[i] = (struct report_db_finding){.item = items[i], .is_new = true};
    }
    if (!ask_any_there(conn, items, count, first_id, &any, highest, failure) ||
        (any && *highest < first_id && !look_closely(conn, items, count, findings, failure))) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (findings[i].is_new) {
            findings[i].first_id = first_id;
            first_id += (int64_t)items[i]->run->runlog->report_count;
        }
    }
    return true;
}
