/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_binary.h"

#include <endian.h>
#include <string.h>

enum { COPY_COLUMNS = 12, COPY_EXECUTION_COLUMNS = 4, ARRAY_HEADER_LEN = 20 };
enum { ROW_SIZE = 2 + COPY_COLUMNS * 4 + 3 * 8 }; /* of a row without its texts */

static char *put_int16(char *at, uint16_t value)
{
    value = htobe16(value);
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static char *put_int32(char *at, uint32_t value)
{
    value = htobe32(value);
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static char *put_int64(char *at, int64_t value)
{
    uint64_t wire = htobe64((uint64_t)value);
    memcpy(at, &wire, sizeof wire);
    return at + sizeof wire;
}

static char *put_int8(char *at, int64_t value)
{
    return put_int64(put_int32(at, sizeof value), value);
}

static char *report_db_binary_put_text(char *at, struct slice text)
{
    at = put_int32(at, (uint32_t)text.len);
    if (text.len > 0) {
        memcpy(at, text.at, text.len);
    }
    return at + text.len;
}

void report_db_binary_copy_header(struct buffer *out)
{
    static const char header[] = "PGCOPY\n\377\r\n\0" /* signature */
                                 "\0\0\0\0"           /* flags */
                                 "\0\0\0\0";          /* length of the header's extension */
    buffer_add(out, header, sizeof header - 1);
}

/* The texts of a row in the order of the columns. The run's start comes before the event type. */
enum { ROW_TEXTS = 9, START_BEFORE = 6, LARGE_TEXT = 4096 };

static void row_texts(struct slice texts[ROW_TEXTS], struct slice node_id, const struct report *report)
{
    const struct report_origin *origin = report->origin;
    const struct slice in_order[ROW_TEXTS] = {
        node_id,           origin->directive_id, origin->rule_id, origin->report_id, origin->component,
        origin->key_value, report->event_type,   origin->policy,  report->message};
    memcpy(texts, in_order, sizeof in_order);
}

size_t report_db_binary_row_texts(struct slice node_id, const struct report *report)
{
    const struct report_origin *origin = report->origin;
    return node_id.len + origin->directive_id.len + origin->rule_id.len + origin->report_id.len +
           origin->component.len + origin->key_value.len + report->event_type.len + origin->policy.len +
           report->message.len;
}

static char *put_row_start(char *at, int64_t id, const struct report *report)
{
    return put_int8(put_int8(put_int16(at, COPY_COLUMNS), id), timestamp_postgres(&report->executed));
}

void report_db_binary_copy_row(struct buffer *out, int64_t id, struct slice node_id, const struct report *report)
{
    struct slice texts[ROW_TEXTS];
    size_t room = ROW_SIZE + report_db_binary_row_texts(node_id, report);
    char *at = put_row_start(buffer_reserve(out, room), id, report);
    row_texts(texts, node_id, report);
    for (size_t i = 0; i < ROW_TEXTS; i++) {
        if (i == START_BEFORE) {
            at = put_int8(at, timestamp_postgres(&report->origin->start));
        }
        at = report_db_binary_put_text(at, texts[i]);
    }
    out->len = (size_t)(at - out->at);
}

static bool send_row_text(struct buffer *out, struct slice text, report_db_binary_send *send, void *to)
{
    if (text.len <= LARGE_TEXT) {
        report_db_binary_text(out, text);
        return true;
    }
    put_int32(buffer_reserve(out, sizeof(uint32_t)), (uint32_t)text.len);
    out->len += sizeof(uint32_t);
    bool good = send(to, buffer_slice(out)) && send(to, text);
    buffer_clear(out);
    return good;
}

bool report_db_binary_copy_large_row(struct buffer *out, int64_t id, struct slice node_id, const struct report *report,
                                     report_db_binary_send *send, void *to)
{
    struct slice texts[ROW_TEXTS];
    bool good = true;
    out->len = (size_t)(put_row_start(buffer_reserve(out, ROW_SIZE), id, report) - out->at);
    row_texts(texts, node_id, report);
    for (size_t i = 0; i < ROW_TEXTS && good; i++) {
        if (i == START_BEFORE) {
            report_db_binary_int8(out, timestamp_postgres(&report->origin->start));
        }
        good = send_row_text(out, texts[i], send, to);
    }
    return good;
}

static void add_int16(struct buffer *out, uint16_t value)
{
    put_int16(buffer_reserve(out, sizeof value), value);
    out->len += sizeof value;
}

void report_db_binary_copy_trailer(struct buffer *out)
{
    add_int16(out, UINT16_MAX);
}

void report_db_binary_copy_execution(struct buffer *out, int64_t first_id, const struct runlog *runlog)
{
    add_int16(out, COPY_EXECUTION_COLUMNS);
    report_db_binary_text(out, slice_from_str(runlog->info.node_id));
    report_db_binary_int8(out, timestamp_postgres(&runlog_identity(runlog)->origin->start));
    if (runlog->config_id.at != NULL) {
        report_db_binary_text(out, runlog->config_id);
    } else {
        report_db_binary_null(out);
    }
    report_db_binary_int8(out, first_id);
}

static uint32_t element_type(uint32_t array_type)
{
    switch (array_type) {
    case PG_BOOL_ARRAY:
        return PG_BOOL;
    case PG_BYTEA_ARRAY:
        return PG_BYTEA;
    case PG_INT8_ARRAY:
        return PG_INT8;
    case PG_TIMESTAMPTZ_ARRAY:
        return PG_TIMESTAMPTZ;
    default:
        return PG_TEXT;
    }
}

void report_db_binary_array(struct buffer *out, uint32_t array_type, size_t count, bool nulls)
{
    char *at = buffer_reserve(out, ARRAY_HEADER_LEN);
    at = put_int32(at, 1);
    at = put_int32(at, nulls ? 1 : 0);
    at = put_int32(at, element_type(array_type));
    at = put_int32(at, (uint32_t)count);
    put_int32(at, 1);
    out->len += ARRAY_HEADER_LEN;
}

void report_db_binary_text(struct buffer *out, struct slice text)
{
    report_db_binary_put_text(buffer_reserve(out, sizeof(uint32_t) + text.len), text);
    out->len += sizeof(uint32_t) + text.len;
}

void report_db_binary_null(struct buffer *out)
{
    put_int32(buffer_reserve(out, sizeof(uint32_t)), UINT32_MAX);
    out->len += sizeof(uint32_t);
}

void report_db_binary_int8(struct buffer *out, int64_t value)
{
    put_int8(buffer_reserve(out, sizeof(uint32_t) + sizeof value), value);
    out->len += sizeof(uint32_t) + sizeof value;
}

void report_db_binary_bool(struct buffer *out, bool value)
{
    report_db_binary_text(out, (struct slice){value ? "\1" : "\0", 1});
}

int64_t report_db_binary_read_int8(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return (int64_t)be64toh(value);
}
