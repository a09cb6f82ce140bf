/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_parse.h"

#include "relay/runlog_header.h"
#include "relay/runlog_line.h"
#include "relay/runlog_text.h"
#include "util/memory.h"
#include "util/utf8.h"

#define LOG_COMPONENT "runlog_parse"
#include "util/log.h"

enum { FIRST_CAPACITY = 64, MOST_LOGGED = 20, MOST_SHOWN = 160 };

/* What the next line may go on with. */
enum state {
    NOTHING,
    BROKEN,  /* a report that was left out: its further lines go with it */
    HEADER,  /* a report that has no message yet */
    MESSAGE, /* of the report or log entry added last */
};

struct parser {
    struct runlog *runlog;
    size_t max_reports;
    struct runlog_store store;
    struct runlog_lines lines;
    enum state state;
    struct runlog_header header;
    struct timestamp executed; /* of the report whose header it is */
    struct slice header_line;  /* where that began */
    struct runlog_text message;
    const struct report_origin *first; /* report's fields */
    const struct report_origin *origin; /* the last one's */
    size_t waiting;                     /* the first log entry that waits for its report */
    size_t seen;                        /* reports and log entries, those above the limit too */
    size_t other_starts;
};

/* Counts what is left out, and says what it was, but not for ever. */
static void leave_out(struct parser *parser, enum log_level level, const char *why, struct slice text)
{
    if (parser->runlog->dropped++ >= MOST_LOGGED) {
        return;
    }
    text.len = text.len < MOST_SHOWN ? text.len : MOST_SHOWN;
    LOG_AT(level, why, log_text("node", parser->runlog->info.node_id), log_number("line", (int64_t)parser->lines.number),
           log_slice("text", text));
}

static void leave_report_out(struct parser *parser, const char *why)
{
    leave_out(parser, LOG_LEVEL_WARN, why, parser->header_line);
}

static void add_report(struct parser *parser, const struct report *report)
{
    struct runlog *runlog = parser->runlog;
    parser->state = MESSAGE;
    runlog_text_reset(&parser->message);
    if (++parser->seen > parser->max_reports) {
        return; /* only counted, for the refusal to say how many there are */
    }
    if (runlog->report_count == runlog->report_capacity) {
        runlog->report_capacity = runlog->report_capacity > 0 ? 2 * runlog->report_capacity : FIRST_CAPACITY;
        runlog->reports = memory_resize(runlog->reports, runlog->report_capacity, sizeof *runlog->reports);
    }
    runlog->reports[runlog->report_count++] = *report;
}

static void give_origin(struct parser *parser)
{
    for (; parser->waiting < parser->runlog->report_count; parser->waiting++) {
        parser->runlog->reports[parser->waiting].origin = parser->origin;
    }
}

/* What was underway ends here. */
static void end_text(struct parser *parser)
{
    if (parser->state == HEADER) {
        leave_report_out(parser, "report left out of the run: no <start>, node id and message behind its key");
    } else if (parser->state == MESSAGE && parser->seen <= parser->max_reports) {
        parser->runlog->reports[parser->seen - 1].message = runlog_text_finish(&parser->message, &parser->store);
    }
    parser->state = NOTHING;
}

static void begin_entry(struct parser *parser, struct slice event_type, struct slice text, struct timestamp executed)
{
    add_report(parser, &(struct report){.event_type = event_type, .executed = executed});
    runlog_text_add_line(&parser->message, text);
}

static struct slice text_or(struct slice text, const char *when_empty)
{
    return text.len > 0 ? text : slice_of(when_empty);
}

static struct report_origin *new_origin(struct parser *parser)
{
    const struct runlog_header *header = &parser->header;
    const struct runlog_store *store = &parser->store;
    struct report_origin *origin = arena_alloc(store->arena, sizeof *origin);
    *origin = (struct report_origin){
        .policy = runlog_text_one(header->policy, store),
        .rule_id = runlog_text_one(header->rule_id, store),
        .directive_id = runlog_text_one(header->directive_id, store),
        .report_id = text_or(runlog_text_one(header->report_id, store), "0"),
        .component = runlog_text_finish(&header->component, store),
        .key_value = text_or(runlog_text_finish(&header->key, store), "None"),
        .start = header->start,
    };
    return origin;
}

/* What this report says of the whole run. */
static void note_run(struct parser *parser, const struct report_origin *origin, struct slice event_type)
{
    struct runlog *runlog = parser->runlog;
    bool is_start = slice_is(origin->component, "start");
    if (slice_is(event_type, "control") && (is_start || slice_is(origin->component, "end"))) {
        runlog->complete = runlog->complete || is_start;
        if (runlog->config_id.at == NULL) {
            runlog->config_id = origin->key_value;
        }
    }
    if (timestamp_compare(&origin->start, &parser->first->start) != 0) {
        parser->other_starts++;
    }
}

/* False when the report is another node's. */
static bool end_header(struct parser *parser, struct err *err)
{
    const struct runlog_header *header = &parser->header;
    const char *node_id = parser->runlog->info.node_id;
    parser->state = BROKEN;
    if (header->node_id.len == 0 || header->rule_id.len == 0 || header->directive_id.len == 0 ||
        (!header->component.several && header->component.first.len == 0)) {
        leave_report_out(parser, "report left out of the run: its node, rule, directive or component is empty");
        return true;
    }
    if (!slice_is(header->node_id, node_id)) {
        int len = (int)(header->node_id.len < NODE_ID_SIZE ? header->node_id.len : NODE_ID_SIZE);
        return err_set(err, "the report on line %zu is of node '%.*s', but the run log of node '%s'", parser->lines.number,
                       len, header->node_id.at, node_id);
    }
    struct report_origin *origin = new_origin(parser);
    struct report report = {.event_type = runlog_text_one(header->event_type, &parser->store), .executed = parser->executed};
    parser->first = parser->first != NULL ? parser->first : origin;
    note_run(parser, origin, report.event_type);
    add_report(parser, &report);
    runlog_text_add_line(&parser->message, header->message);
    parser->origin = origin;
    give_origin(parser);
    return true;
}

static bool enter_header(struct parser *parser, enum runlog_header_state reached, struct err *err)
{
    if (reached == RUNLOG_HEADER_WHOLE) {
        return end_header(parser, err);
    }
    parser->state = HEADER;
    if (reached == RUNLOG_HEADER_BROKEN) {
        leave_report_out(parser, "report left out of the run: its fields up to the report id are not all on its first line");
        parser->state = BROKEN;
    }
    return true;
}

static bool begin_report(struct parser *parser, const struct runlog_line *line, struct err *err)
{
    parser->header_line = line->text;
    if (!line->timed) {
        leave_report_out(parser, "report left out of the run: no timestamp");
        parser->state = BROKEN;
        return true;
    }
    parser->executed = line->timestamp;
    return enter_header(parser, runlog_header_begin(&parser->header, line->rest), err);
}

/* A line that starts neither a report nor a log entry. */
static void go_on(struct parser *parser, const struct runlog_line *line)
{
    if (parser->state == MESSAGE) {
        runlog_text_add_line(&parser->message, line->text);
    } else if (parser->state == NOTHING && line->timed) {
        begin_entry(parser, slice_of("log_info"), line->text, line->timestamp);
    } else if (parser->state == NOTHING) {
        leave_out(parser, LOG_LEVEL_INFO, "line left out of the run: not a report, not a log entry", line->text);
    }
}

/* A log entry's line may still be a report's: its key's last one. */
static bool take_line(struct parser *parser, const struct runlog_line *line, struct err *err)
{
    if (parser->state == HEADER && line->kind != RUNLOG_LINE_REPORT) {
        enum runlog_header_state reached = runlog_header_add_line(&parser->header, line->text);
        if (reached == RUNLOG_HEADER_WHOLE || line->kind == RUNLOG_LINE_OTHER) {
            return enter_header(parser, reached, err);
        }
    }
    if (line->kind == RUNLOG_LINE_OTHER) {
        go_on(parser, line);
        return true;
    }
    end_text(parser);
    if (line->kind == RUNLOG_LINE_REPORT) {
        return begin_report(parser, line, err);
    }
    if (line->timed) {
        begin_entry(parser, line->event_type, line->rest, line->timestamp);
    } else {
        leave_out(parser, LOG_LEVEL_INFO, "line left out of the run: a log entry without a timestamp", line->text);
    }
    return true;
}

static void warn_of_the_whole(const struct parser *parser)
{
    const struct runlog *runlog = parser->runlog;
    const char *node = runlog->info.node_id;
    if (runlog->dropped > MOST_LOGGED) {
        log_warn("more reports and lines left out of the run", log_text("node", node),
                 log_number("count", (int64_t)(runlog->dropped - MOST_LOGGED)));
    }
    if (parser->other_starts > 0) {
        log_warn("reports of one run differ in when it started", log_text("node", node),
                 log_number("count", (int64_t)parser->other_starts));
    }
    if (runlog->config_id.at == NULL) {
        log_warn("run without a config id", log_text("node", node));
    }
}

static bool end_run(struct parser *parser, struct err *err)
{
    end_text(parser);
    if (parser->origin == NULL) {
        return err_set(err, "no report in the run log (%zu lines)", parser->lines.number);
    }
    if (parser->seen > parser->max_reports) {
        return err_set(err, "%zu reports and log entries in the run log, the limit is %zu", parser->seen,
                       parser->max_reports);
    }
    give_origin(parser);
    warn_of_the_whole(parser);
    return true;
}

static bool take_lines(struct parser *parser, struct err *err)
{
    struct runlog_line line;
    while (runlog_lines_next(&parser->lines, &line)) {
        if (!take_line(parser, &line, err)) {
            return false;
        }
    }
    return end_run(parser, err);
}

bool runlog_parse(struct runlog *runlog, const struct run_info *info, struct slice content, size_t max_reports,
                  struct err *err)
{
    struct parser parser = {
        .runlog = runlog,
        .max_reports = max_reports,
        .store = {.arena = &runlog->arena, .clean_until = content.at + utf8_clean_prefix(content.at, content.len)},
    };
    runlog->info = *info;
    runlog_lines_begin(&parser.lines, content);
    bool good = take_lines(&parser, err);
    runlog_header_free(&parser.header);
    runlog_text_free(&parser.message);
    if (!good) {
        runlog_clear(runlog);
    }
    return good;
}
