/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/run_text.h"

#include <string.h>

#include "relay/runlog_line.h"

enum { SAID_MAX = 500 /* bytes */, ESCAPE = 0x1b };

void run_text_begin(struct run_text *text, const struct virtual_node_settings *settings, int64_t start)
{
    *text = (struct run_text){.settings = settings, .start = {.seconds = start}};
    timestamp_format(&text->start, text->start_text);
    text->start_text[strcspn(text->start_text, "T")] = ' ';
}

void run_text_free(struct run_text *text)
{
    buffer_free(&text->body);
    buffer_free(&text->line);
    buffer_free(&text->said);
    buffer_free(&text->config_id);
}

static void add_stamp(struct buffer *out, int64_t now)
{
    char stamp[TIMESTAMP_TEXT_SIZE];
    timestamp_format(&(struct timestamp){.seconds = now}, stamp);
    buffer_add_format(out, "%s ", stamp);
}

/* ---- a line of the command ---- */

/* How many bytes from `at` on are a sequence that colours a terminal: ESC [ up to a letter. 0: none. */
static size_t colour_len(struct slice line, size_t at)
{
    size_t i = at + 2;
    if (line.at[at] != ESCAPE || i >= line.len || line.at[at + 1] != '[') {
        return 0;
    }
    while (i < line.len && line.at[i] >= ' ' && line.at[i] <= '?') {
        i++;
    }
    return i < line.len ? i + 1 - at : 0;
}

static bool is_line_control(char byte)
{
    return ((unsigned char)byte < ' ' && byte != '\t') || byte == 0x7f;
}

/* In place. */
static void clean_line(struct buffer *line)
{
    const struct slice all = buffer_slice(line);
    size_t len = 0;
    for (size_t i = 0; i < all.len;) {
        size_t colour = colour_len(all, i);
        if (colour == 0 && !is_line_control(all.at[i])) {
            line->at[len++] = all.at[i];
        }
        i += colour > 0 ? colour : 1;
    }
    line->len = len;
}

/* The next field of what follows `R: @@`; what is left of it when no `@@` follows. */
static struct slice take_report_field(struct slice *rest)
{
    const char *end = rest->len > 0 ? memmem(rest->at, rest->len, "@@", 2) : NULL;
    struct slice field = slice_take(rest, end != NULL ? (size_t)(end - rest->at) : rest->len);
    *rest = slice_behind(*rest, end != NULL ? 2 : 0);
    return field;
}

static void count_report(struct run_text *text, struct slice rest)
{
    take_report_field(&rest);
    const struct slice event = take_report_field(&rest);
    for (int i = 0; i < 3; i++) {
        take_report_field(&rest);
    }
    const struct slice component = take_report_field(&rest);
    const struct slice key = take_report_field(&rest);
    const bool control = slice_eq_str(event, "control");
    if (control && !text->own_start && slice_eq_str(component, "start")) {
        text->own_start = true;
        buffer_add(&text->config_id, key.at, key.len);
    }
    text->own_end = text->own_end || (control && slice_eq_str(component, "end"));
    text->reports += !control && !slice_starts_with(event, "log_");
}

/* The first line that a person may read is what the verdict says. */
static void note_said(struct run_text *text, struct slice line)
{
    slice_skip(&line, " \t");
    if (text->said.len == 0 && !slice_starts_with(line, "R:")) {
        buffer_add(&text->said, line.at, line.len < SAID_MAX ? line.len : SAID_MAX);
    }
}

static void add_plain_line(struct run_text *text, struct slice line)
{
    struct slice what = line;
    slice_skip(&what, " \t");
    if (what.len > 0) {
        buffer_add_text(&text->body, "R: [INFO] ");
        buffer_add(&text->body, line.at, line.len);
        note_said(text, what);
    }
}

/* Appends the line, which is not empty. */
static void add_printed_line(struct run_text *text, const struct runlog_line *line, int64_t now)
{
    const size_t before = text->body.len;
    if (line->timed) {
        buffer_add(&text->body, text->line.at, (size_t)(line->text.at - text->line.at));
    } else {
        add_stamp(&text->body, now);
    }
    const size_t stamped = text->body.len;
    switch (line->kind) {
    case RUNLOG_LINE_REPORT:
        count_report(text, line->rest);
        break;
    case RUNLOG_LINE_ENTRY:
        text->in_report = false;
        note_said(text, line->text);
        break;
    case RUNLOG_LINE_OTHER:
        if (!text->in_report) {
            add_plain_line(text, line->text);
            text->body.len = text->body.len > stamped ? text->body.len : before;
        }
        break;
    }
    if (line->kind == RUNLOG_LINE_REPORT) {
        text->in_report = true;
    }
    if (line->kind != RUNLOG_LINE_OTHER || text->in_report) {
        buffer_add(&text->body, line->text.at, line->text.len);
    }
    if (text->body.len > before) {
        buffer_add_text(&text->body, "\n");
    }
}

static void take_printed_line(struct run_text *text, int64_t now)
{
    struct runlog_lines lines;
    struct runlog_line line;
    clean_line(&text->line);
    runlog_lines_begin(&lines, buffer_slice(&text->line));
    if (text->line.len > 0 && runlog_lines_next(&lines, &line)) {
        add_printed_line(text, &line, now);
    }
    buffer_clear(&text->line);
}

void run_text_take(struct run_text *text, const char *bytes, size_t len, int64_t now)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r') {
            take_printed_line(text, now);
        } else {
            buffer_add(&text->line, &bytes[i], 1);
        }
    }
}

/* ---- the whole ---- */

static void add_control(struct run_text *text, const char *component, const char *message, int64_t now,
                        struct buffer *out)
{
    const struct virtual_node_settings *settings = text->settings;
    const char *config_id = text->config_id.len > 0 ? buffer_cstr(&text->config_id) : settings->config_id;
    add_stamp(out, now);
    buffer_add_format(out, "R: @@Common@@control@@rudder@@run@@0@@%s@@%s@@%s##%s@#%s\n", component, config_id,
                      text->start_text, settings->node_id, message);
}

static const char *verdict_type(const struct virtual_node_settings *settings, enum run_verdict verdict)
{
    static const char *const types[][2] = {
        [RUN_VERDICT_OK] = {"result_success", "audit_compliant"},
        [RUN_VERDICT_FAILED] = {"result_error", "audit_noncompliant"},
        [RUN_VERDICT_BROKEN] = {"result_error", "audit_error"},
    };
    return types[verdict][settings->audit];
}

static void add_verdict_report(struct run_text *text, enum run_verdict verdict, const char *failure, int64_t now,
                        struct buffer *out)
{
    const struct virtual_node_settings *settings = text->settings;
    const char *said = buffer_cstr(&text->said);
    add_stamp(out, now);
    buffer_add_format(out, "R: @@%s@@%s@@%s@@%s@@%s@@%s@@%s@@%s##%s@#", settings->policy,
                      verdict_type(settings, verdict), settings->rule_id, settings->directive_id, settings->report_id,
                      settings->component, settings->key, text->start_text, settings->node_id);
    if (verdict != RUN_VERDICT_OK) {
        buffer_add_format(out, "%s%s%s\n", failure, said[0] != '\0' ? ": " : "", said);
    } else {
        buffer_add_format(out, "%s\n", said[0] != '\0' ? said : "The command has succeeded");
    }
}

void run_text_end(struct run_text *text, enum run_verdict verdict, const char *failure, int64_t now,
                  struct buffer *out)
{
    take_printed_line(text, now);
    if (!text->own_start) {
        add_control(text, "start", "Start execution", text->start.seconds, out);
    }
    buffer_add(out, text->body.at, text->body.len);
    if (verdict != RUN_VERDICT_OK || text->reports == 0) {
        add_verdict_report(text, verdict, failure, now, out);
    }
    if (!text->own_end) {
        add_control(text, "end", "End execution", now, out);
    }
}

bool run_text_check(struct slice log, const struct run_text *text, const struct runlog_limits *limits, struct err *err)
{
    struct runlog runlog = {0};
    struct run_info info = {.timestamp = text->start};
    strcpy(info.node_id, text->settings->node_id);
    bool well = runlog_parse(&runlog, &info, log, limits, err);
    if (well && runlog.dropped > 0) {
        well = err_set(err, "%zu of the lines that the command has printed are broken reports", runlog.dropped);
    }
    runlog_free(&runlog);
    return well;
}
