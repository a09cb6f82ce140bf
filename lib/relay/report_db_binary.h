/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_binary: PostgreSQL's binary formats that storing runs needs. Part of report_db.
 *
 * Source: PostgreSQL's documentation of COPY, "Binary Format", and of each type its send and receive functions:
 * integers in network order; timestamptz is microseconds since 2000 as int64; text is its bytes; an array is its number
 * of dimensions, a flag for nulls, the OID of the element type, size and lower bound of its one dimension, then each
 * element as a length (-1: null) and its bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/runlog.h"
#include "util/buffer.h"

/* Object ids of built-in types are the same in every database. */
enum {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_TEXT = 25,
    PG_BOOL_ARRAY = 1000,
    PG_BYTEA_ARRAY = 1001,
    PG_TEXT_ARRAY = 1009,
    PG_INT8_ARRAY = 1016,
    PG_TIMESTAMPTZ = 1184,
    PG_TIMESTAMPTZ_ARRAY = 1185
};

/* COPY RudderSysEvents (REPORT_DB_COPY_COLUMNS) FROM STDIN (FORMAT binary): header, a row for each report, trailer. */
#define REPORT_DB_COPY_COLUMNS                                                                                         \
    "id, executionDate, nodeId, directiveId, ruleId, reportId, component, keyValue, executionTimeStamp, eventType, "   \
    "policy, msg"
void report_db_binary_copy_header(struct buffer *out);
void report_db_binary_copy_row(struct buffer *out, int64_t id, struct slice node_id, const struct report *report);
void report_db_binary_copy_trailer(struct buffer *out);

/* A row of COPY ReportsExecution (REPORT_DB_COPY_EXECUTION_COLUMNS). first_id: of the run's reports */
#define REPORT_DB_COPY_EXECUTION_COLUMNS "nodeId, date, nodeConfigId, insertionId"
void report_db_binary_copy_execution(struct buffer *out, int64_t first_id, const struct runlog *runlog);

/* Sends a row with large texts without copying them: calls send for its pieces in order. Small pieces are collected in
 * out; the rest left in out must be sent before anything else. False as soon as send returns false. */
typedef bool report_db_binary_send(void *to, struct slice piece);
bool report_db_binary_copy_large_row(struct buffer *out, int64_t id, struct slice node_id, const struct report *report,
                                     report_db_binary_send *send, void *to);

/* The length of all texts of a row. */
size_t report_db_binary_row_texts(struct slice node_id, const struct report *report);

/* Adds the header of a one-dimensional array of type PG_..._ARRAY; the caller then adds `count` elements. The header
 * says whether there may be nulls. */
void report_db_binary_array(struct buffer *out, uint32_t array_type, size_t count, bool nulls);
void report_db_binary_text(struct buffer *out, struct slice text);
void report_db_binary_null(struct buffer *out);
void report_db_binary_int8(struct buffer *out, int64_t value);
void report_db_binary_bool(struct buffer *out, bool value);

/* Reads a result column of type int8 (8 bytes). */
int64_t report_db_binary_read_int8(const char *at);
