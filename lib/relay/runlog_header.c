/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_header.h"

#include <stddef.h>

#include "util/ascii.h"

/* Finds the first `@` that is followed by `second`. NULL if there is none. */
static const char *find_mark(struct slice text, char second)
{
    const char *end = text.at + text.len;
    for (const char *at = text.at; (at = memchr(at, '@', (size_t)(end - at))) != NULL; at++) {
        if (end - at > 1 && at[1] == second) {
            return at;
        }
    }
    return NULL;
}

/* Takes the text before the first `@@` of rest. */
static bool runlog_header_take_field(struct slice *rest, struct slice *field)
{
    const char *mark = find_mark(*rest, '@');
    if (mark == NULL) {
        return false;
    }
    *field = slice_take(rest, (size_t)(mark - rest->at));
    slice_take(rest, 2);
    return true;
}

static size_t start_len(struct slice text)
{
    size_t len = 0;
    for (; len < text.len; len++) {
        char c = text.at[len];
        if (!ascii_is_digit(c) && c != '-' && c != ':' && c != ' ' && c != '+') {
            break;
        }
    }
    return len;
}

/* Takes the start and its `##` off text. Usually all reports of a run have the same start, which is then parsed only
 * once. */
static bool take_start(struct runlog_header *header, struct slice *text)
{
    size_t len = header->start_text.len;
    if (len == 0 || text->len < len || memcmp(text->at, header->start_text.at, len) != 0) {
        len = start_len(*text);
        if (!timestamp_parse_start(text->at, len, &header->start)) {
            return false;
        }
        header->start_text = (struct slice){text->at, len};
    }
    slice_take(text, len);
    if (!slice_starts_with(*text, "##")) {
        return false;
    }
    slice_take(text, 2);
    return true;
}

/* `<start>##<node id>@#<message>`, text being all of it. It reads no byte after the `@` that ends the node id: the
 * caller searches for the next `@@` from there, so each byte is read a fixed number of times. */
static bool read_end(struct runlog_header *header, struct slice text)
{
    if (!take_start(header, &text)) {
        return false;
    }
    const char *end = text.at + text.len;
    const char *at = memchr(text.at, '@', text.len);
    if (at == NULL || end - at < 2 || at[1] != '#') {
        return false;
    }
    header->node_id = (struct slice){text.at, (size_t)(at - text.at)};
    header->message = (struct slice){at + 2, (size_t)(end - at) - 2};
    return true;
}

static enum runlog_header_state add_to_key(struct runlog_header *header, struct slice line)
{
    const char *end = line.at + line.len;
    struct slice rest = line;
    const char *mark;
    while ((mark = find_mark(rest, '@')) != NULL) {
        if (read_end(header, (struct slice){mark + 2, (size_t)(end - mark) - 2})) {
            runlog_field_end_line(&header->key, (struct slice){line.at, (size_t)(mark - line.at)});
            return RUNLOG_HEADER_WHOLE;
        }
        rest = (struct slice){mark + 1, (size_t)(end - mark) - 1};
    }
    runlog_field_add_line(&header->key, line);
    return RUNLOG_HEADER_UNDERWAY;
}

enum runlog_header_state runlog_header_add_line(struct runlog_header *header, struct slice line)
{
    struct slice last;
    if (!header->in_key && !runlog_header_take_field(&line, &last)) {
        runlog_field_add_line(&header->component, line);
        return RUNLOG_HEADER_UNDERWAY;
    }
    if (!header->in_key) {
        runlog_field_end_line(&header->component, last);
        header->in_key = true;
    }
    return add_to_key(header, line);
}

enum runlog_header_state runlog_header_begin(struct runlog_header *header, struct slice line)
{
    runlog_field_reset(&header->component);
    runlog_field_reset(&header->key);
    header->in_key = false;
    if (!runlog_header_take_field(&line, &header->policy) || !runlog_header_take_field(&line, &header->event_type) ||
        !runlog_header_take_field(&line, &header->rule_id) || !runlog_header_take_field(&line, &header->directive_id) ||
        !runlog_header_take_field(&line, &header->report_id)) {
        return RUNLOG_HEADER_BROKEN;
    }
    return runlog_header_add_line(header, line);
}
