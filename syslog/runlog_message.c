/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runlog_message.h"

#include <string.h>

#include "relay/runlog_header.h"
#include "relay/runlog_line.h"

/* What may stand before the report: a syslog daemon leaves a space, some agents a word. */
enum { BEFORE_MAX = 64 };

static const char report_mark[] = "R: @@";

static bool find_report(struct slice *message)
{
    size_t len = message->len < BEFORE_MAX + sizeof report_mark ? message->len : BEFORE_MAX + sizeof report_mark;
    const char *at = len > 0 ? memmem(message->at, len, report_mark, sizeof report_mark - 1) : NULL;
    if (at == NULL) {
        return false;
    }
    *message = slice_behind(*message, (size_t)(at - message->at));
    return true;
}

/* Adds the message with `#012` and `#011` as the characters they stand for. */
static void add_unescaped(struct buffer *out, struct slice message)
{
    while (message.len > 0) {
        const char *mark = memchr(message.at, '#', message.len);
        size_t plain = mark != NULL ? (size_t)(mark - message.at) : message.len;
        buffer_add(out, message.at, plain);
        message = slice_behind(message, plain);
        if (slice_starts_with(message, "#012") || slice_starts_with(message, "#011")) {
            buffer_add(out, message.at[3] == '2' ? "\n" : "\t", 1);
            message = slice_behind(message, 4);
        } else if (message.len > 0) {
            buffer_add(out, "#", 1);
            message = slice_behind(message, 1);
        }
    }
}

/* Takes timestamps and byte order marks off the front until none is left: who reads the text again finds none. Returns
 * what then starts. */
static enum runlog_line_kind strip_line(struct slice *text)
{
    struct runlog_line line;
    struct runlog_lines lines;
    for (;;) {
        runlog_lines_begin(&lines, *text);
        if (text->len == 0 || !runlog_lines_next(&lines, &line)) {
            return RUNLOG_LINE_OTHER;
        }
        if (line.text.len == text->len) {
            return line.kind;
        }
        *text = line.text;
    }
}

/* Adds the lines of the message, none of which but the first begins anything. */
static void add_lines(struct buffer *out, struct slice message)
{
    struct runlog_lines lines;
    struct runlog_line line;
    runlog_lines_begin(&lines, message);
    for (bool first = true; runlog_lines_next_text(&lines, &line); first = false) {
        enum runlog_line_kind kind = strip_line(&line.text);
        if (!first) {
            buffer_add(out, kind == RUNLOG_LINE_OTHER ? "\n" : " ", 1);
        }
        buffer_add(out, line.text.at, line.text.len);
    }
}

static bool read_header(struct slice report, struct runlog_header *header)
{
    struct runlog_lines lines;
    struct runlog_line line;
    runlog_lines_begin(&lines, report);
    if (!runlog_lines_next(&lines, &line) || line.kind != RUNLOG_LINE_REPORT) {
        return false;
    }
    enum runlog_header_state state = runlog_header_begin(header, line.rest);
    while (state == RUNLOG_HEADER_UNDERWAY && runlog_lines_next_text(&lines, &line)) {
        state = runlog_header_add_line(header, line.text);
    }
    return state == RUNLOG_HEADER_WHOLE;
}

static bool keep_header(const struct runlog_header *header, struct runlog_message *read, struct err *err)
{
    if (!node_id_valid(header->node_id.at, header->node_id.len)) {
        return err_set(err, "it has no node id");
    }
    memcpy(read->node_id, header->node_id.at, header->node_id.len);
    read->node_id[header->node_id.len] = '\0';
    read->start = header->start;
    read->ends_run = slice_eq_str(header->event_type, "control") && header->component.lines == 1 &&
                     slice_eq_str(header->component.first, "end");
    return true;
}

bool runlog_message_read(struct slice message, struct slice time, struct runlog_message *read, struct buffer *text,
                         struct err *err)
{
    struct timestamp sent;
    struct buffer plain = {0};
    struct runlog_header header = {0};
    size_t before = text->len;
    bool good = true;
    if (!timestamp_parse_rfc3339(time.at, time.len, false, &sent)) {
        return err_set(err, "it has no time");
    }
    if (!find_report(&message)) {
        return err_set(err, "it is no report");
    }
    add_unescaped(&plain, message);
    buffer_add(text, time.at, time.len);
    buffer_add(text, " ", 1);
    size_t report = text->len;
    add_lines(text, buffer_slice(&plain));
    if (!read_header(slice_behind(buffer_slice(text), report), &header)) {
        good = err_set(err, "the report is not whole");
    }
    good = good && keep_header(&header, read, err);
    buffer_add(text, "\n", 1);
    buffer_free(&plain);
    if (!good) {
        text->len = before;
    }
    return good;
}
