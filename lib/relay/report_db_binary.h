/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_binary: PostgreSQL's binary forms, as far as storing runs needs them. Part of report_db.
 *
 * Source: PostgreSQL's documentation of COPY, "Binary Format", and of each type its send and receive functions:
 * integers in network order; timestamptz is microseconds since 2000 as int64; text is its bytes; an array is its number
 * of dimensions, whether there are nulls, the element's OID, then for its one dimension size and lower bound, and each
 * element as a length (-1: null) and its bytes.
 */
#ifndef RELAY_REPORT_DB_BINARY_H
#define RELAY_REPORT_DB_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/runlog.h"
#include "util/buffer.h"

/* Object ids of built-in types are the same in every database. */
enum { PG_BOOL = 16, PG_INT8 = 20, PG_TEXT = 25, PG_BOOL_ARRAY = 1000, PG_TEXT_ARRAY = 1009, PG_INT8_ARRAY = 1016,
       PG_TIMESTAMPTZ = 1184, PG_TIMESTAMPTZ_ARRAY = 1185 };

/* COPY RudderSysEvents (REPORT_DB_COPY_COLUMNS) FROM STDIN (FORMAT binary): header, a row for each report, trailer. */
#define REPORT_DB_COPY_COLUMNS                                                                                         \
    "id, executionDate, nodeId, directiveId, ruleId, reportId, component, keyValue, executionTimeStamp, eventType, "  \
    "policy, msg"
void report_db_binary_copy_header(struct buffer *out);
void report_db_binary_copy_row(struct buffer *out, int64_t id, struct slice node_id, const struct report *report);
void report_db_binary_copy_trailer(struct buffer *out);

/* A row with texts that are not to be copied once more: gives its pieces to send, one after the other, the small ones
 * by way of out. What is left in out goes before what comes next. False as soon as send returns that. */
typedef bool report_db_binary_send(void *to, struct slice piece);
bool report_db_binary_copy_large_row(struct buffer *out, int64_t id, struct slice node_id, const struct report *report,
                                     report_db_binary_send *send, void *to);

/* Of all texts of a row. */
size_t report_db_binary_row_texts(struct slice node_id, const struct report *report);

/* A one-dimensional array: first the header, then `count` elements. An array that may hold nulls says so. */
void report_db_binary_array(struct buffer *out, uint32_t element_type, size_t count, bool nulls);
void report_db_binary_text(struct buffer *out, struct slice text);
void report_db_binary_null(struct buffer *out);
void report_db_binary_int8(struct buffer *out, int64_t value);
void report_db_binary_bool(struct buffer *out, bool value);

/* A result column of type int8 (8 bytes). */
int64_t report_db_binary_read_int8(const char *at);

/* Whether a result column is an int8[] of exactly count elements without nulls, and its i-th then. */
bool report_db_binary_is_int8s(struct slice array, size_t count);
int64_t report_db_binary_int8s_at(struct slice array, size_t i);

#endif
