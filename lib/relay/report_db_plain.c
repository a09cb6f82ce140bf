/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_plain.h"

#include <string.h>

#include "relay/report_db_binary.h"
#include "relay/report_db_ids.h"
#include "util/buffer.h"

#define COPY(table) "COPY " table " (" REPORT_DB_COPY_COLUMNS ") FROM STDIN (FORMAT binary);"

static const char copy_executions[] =
    "COPY ReportsExecution (" REPORT_DB_COPY_EXECUTION_COLUMNS ") FROM STDIN (FORMAT binary);";

static const char copy_plain[] = COPY("RudderSysEvents");
static const char copy_view[] = COPY("rudder_relay.RudderSysEvents"); /* the table behind the view */

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

/* Sends the pieces that are full. */
static bool send_pieces(struct report_db_conn *conn, struct buffer *chunk, struct report_db_failure *failure)
{
    size_t rest = chunk->len % REPORT_DB_CONN_PIECE;
    size_t full = chunk->len - rest;
    if (full > 0) {
        if (!report_db_conn_copy_data(conn, (struct slice){chunk->at, full}, failure)) {
            return false;
        }
        memmove(chunk->at, chunk->at + full, rest);
        chunk->len = rest;
    }
    return true;
}

static bool copy_run(struct report_db_conn *conn, struct buffer *chunk, const struct report_db_finding *finding,
                     struct report_db_failure *failure)
{
    const struct runlog *runlog = finding->item->run->runlog;
    struct slice node_id = slice_from_str(runlog->info.node_id);
    const struct report_db_plan *plan = finding->item->plan;
    struct copy_target target = {conn, failure};
    for (size_t i = 0; i < runlog->report_count; i++) {
        if (plan != NULL && plan->shared[i]) {
            continue;
        }
        const struct report *report = &runlog->reports[i];
        int64_t id = finding->first_id + (int64_t)i;
        if (report_db_binary_row_texts(node_id, report) <= REPORT_DB_CONN_PIECE) {
            report_db_binary_copy_row(chunk, id, node_id, report);
        } else if (!report_db_binary_copy_large_row(chunk, id, node_id, report, send_piece, &target)) {
            return false;
        }
        if (!send_pieces(conn, chunk, failure)) {
            return false;
        }
    }
    return true;
}

static int64_t last_id(const struct report_db_finding *findings, size_t count)
{
    int64_t last = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t end = findings[i].first_id + (int64_t)findings[i].item->run->runlog->report_count - 1;
        last = findings[i].is_new && end > last ? end : last;
    }
    return last;
}

/* Adds the ReportsExecution rows of the runs that are new and complete. */
static size_t add_executions(struct buffer *rows, const struct report_db_finding *findings, size_t count)
{
    size_t added = 0;
    for (size_t i = 0; i < count; i++) {
        const struct runlog *runlog = findings[i].item->run->runlog;
        if (findings[i].is_new && runlog->complete) {
            report_db_binary_copy_execution(rows, findings[i].first_id, runlog);
            added++;
        }
    }
    return added;
}

/* Ends a COPY with the rows left in chunk. */
static bool end_copy(struct report_db_conn *conn, struct buffer *chunk, struct report_db_failure *failure)
{
    report_db_binary_copy_trailer(chunk);
    return report_db_conn_copy_data(conn, buffer_slice(chunk), failure) && report_db_conn_copy_end(conn, failure);
}

bool report_db_plain_store(struct report_db_conn *conn, const struct report_db_finding *findings, size_t count,
                           const struct report_db_claim *claim, struct report_db_failure *failure)
{
    struct buffer sql = {0};
    struct buffer chunk = {0};
    report_db_binary_copy_header(&chunk);
    bool executions = add_executions(&chunk, findings, count) > 0;
    buffer_add_text(&sql, executions ? copy_executions : "");
    buffer_add_text(&sql, conn->storage == REPORT_DB_STORAGE_PLAIN ? copy_plain : copy_view);
    report_db_ids_add_commit(&sql, claim, last_id(findings, count));
    bool good =
        report_db_conn_copy_begin(conn, buffer_cstr(&sql), failure) && (!executions || end_copy(conn, &chunk, failure));
    buffer_clear(&chunk);
    report_db_binary_copy_header(&chunk);
    for (size_t i = 0; i < count && good; i++) {
        good = !findings[i].is_new || copy_run(conn, &chunk, &findings[i], failure);
    }
    good = good && end_copy(conn, &chunk, failure);
    buffer_free(&chunk);
    buffer_free(&sql);
    return good;
}
