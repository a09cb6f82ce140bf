/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_parse.h"

#include "relay/runlog_build.h"
#include "relay/runlog_field.h"
#include "relay/runlog_header.h"
#include "relay/runlog_line.h"
#include "util/log.h"
#include "util/utf8.h"

#define LOG_COMPONENT "runlog_parse"

enum { LOGGED_MAX = 20, SHOWN_MAX = 160 };

/* What the next line may continue. */
enum state {
    NOTHING,
    BROKEN,  /* a report that was left out, and its following lines with it */
    HEADER,  /* a report that has no message yet */
    MESSAGE, /* of the report or log entry added last */
};

struct parser {
    struct runlog_build build;
    struct runlog_lines lines;
    enum state state;
    struct runlog_header header;
    struct timestamp executed;  /* of the report with this header */
    struct slice header_line;   /* the first one */
    size_t header_number;       /* of that line */
    bool in_doubt;              /* a line within the header looks like a log entry */
    struct runlog_lines resume; /* position before the first such line, or else before the next line */
    struct runlog_field message;
};

/* Counts what is left out and logs it, up to a limit. */
static void leave_out(struct parser *parser, enum log_level level, const char *why, size_t number, struct slice text)
{
    struct runlog *runlog = parser->build.runlog;
    if (runlog->dropped++ >= LOGGED_MAX) {
        return;
    }
    text.len = text.len < SHOWN_MAX ? text.len : SHOWN_MAX;
    LOG_AT(level, why, log_text("node", runlog->info.node_id), log_number("line", (int64_t)number),
           log_slice("text", text));
}

static void leave_line_out(struct parser *parser, const char *why, const struct runlog_line *line)
{
    leave_out(parser, LOG_LEVEL_INFO, why, parser->lines.number, line->text);
}

static void leave_report_out(struct parser *parser, const char *why)
{
    leave_out(parser, LOG_LEVEL_WARN, why, parser->header_number, parser->header_line);
    parser->state = BROKEN;
}

/* Ends the report or log entry that is being read. */
static void end_text(struct parser *parser)
{
    if (parser->state == HEADER) {
        leave_report_out(parser, "report left out of the run: no <start>, node id and message behind its key");
    } else if (parser->state == MESSAGE) {
        runlog_build_message(&parser->build, &parser->message);
    }
    parser->state = NOTHING;
}

static void begin_message(struct parser *parser, struct slice line)
{
    runlog_field_reset(&parser->message);
    runlog_field_add_line(&parser->message, line);
    parser->state = MESSAGE;
}

static void begin_entry(struct parser *parser, const struct runlog_line *line, struct slice event_type,
                        struct slice text)
{
    runlog_build_entry(&parser->build, event_type, line->timed ? &line->timestamp : NULL);
    begin_message(parser, text);
}

/* Ends the header. False when the report is of another node. */
static bool end_header(struct parser *parser, struct err *err)
{
    const struct runlog_header *header = &parser->header;
    const char *node_id = parser->build.runlog->info.node_id;
    if (header->node_id.len == 0 || header->rule_id.len == 0 || header->directive_id.len == 0 ||
        runlog_field_is_empty(&header->component)) {
        leave_report_out(parser, "report left out of the run: its node, rule, directive or component is empty");
        return true;
    }
    if (!slice_eq_str(header->node_id, node_id)) {
        int len = (int)(header->node_id.len < NODE_ID_SIZE ? header->node_id.len : NODE_ID_SIZE);
        return err_set(err, "the report on line %zu is of node '%.*s', but the run log of node '%s'",
                       parser->header_number, len, header->node_id.at, node_id);
    }
    runlog_build_report(&parser->build, header, &parser->executed);
    begin_message(parser, header->message);
    return true;
}

static bool enter_header(struct parser *parser, enum runlog_header_state reached, struct err *err)
{
    if (reached == RUNLOG_HEADER_WHOLE) {
        return end_header(parser, err);
    }
    parser->state = HEADER;
    if (reached == RUNLOG_HEADER_BROKEN) {
        leave_report_out(parser,
                         "report left out of the run: its fields up to the report id are not all on its first line");
    }
    return true;
}

static bool begin_report(struct parser *parser, const struct runlog_line *line, struct err *err)
{
    parser->header_line = line->text;
    parser->header_number = parser->lines.number;
    parser->in_doubt = false;
    if (!line->timed) {
        leave_report_out(parser, "report left out of the run: no timestamp");
        return true;
    }
    parser->executed = line->timestamp;
    return enter_header(parser, runlog_header_begin(&parser->header, line->rest), err);
}

/* Takes a line that starts neither a report nor a log entry, and so continues what came before. */
static void go_on(struct parser *parser, const struct runlog_line *line)
{
    if (parser->state == MESSAGE) {
        runlog_field_add_line(&parser->message, line->text);
    } else if (parser->state == NOTHING && line->timed) {
        begin_entry(parser, line, slice_from_str("log_info"), line->text);
    } else if (parser->state == NOTHING) {
        leave_line_out(parser, "line left out of the run: not a report, not a log entry", line);
    }
}

static bool runlog_parse_take_line(struct parser *parser, const struct runlog_line *line, struct err *err)
{
    if (parser->state == HEADER && line->kind != RUNLOG_LINE_REPORT) {
        parser->in_doubt = parser->in_doubt || line->kind == RUNLOG_LINE_ENTRY;
        return enter_header(parser, runlog_header_add_line(&parser->header, line->text), err);
    }
    if (line->kind == RUNLOG_LINE_OTHER) {
        go_on(parser, line);
        return true;
    }
    end_text(parser);
    if (line->kind == RUNLOG_LINE_REPORT) {
        return begin_report(parser, line, err);
    }
    begin_entry(parser, line, line->event_type, line->rest);
    return true;
}

/* Called where a report with an incomplete header ends. If its header had lines that look like log entries, they are
 * log entries: the header is left out, and reading continues at the first of them. No line is read a third time. */
static bool go_back(struct parser *parser)
{
    if (parser->state != HEADER || !parser->in_doubt) {
        return false;
    }
    end_text(parser);
    parser->lines = parser->resume;
    return true;
}

static void warn_of_the_whole(const struct runlog_build *build)
{
    const struct runlog *runlog = build->runlog;
    const char *node = runlog->info.node_id;
    if (runlog->dropped > LOGGED_MAX) {
        log_warn("more reports and lines left out of the run", log_text("node", node),
                 log_number("count", (int64_t)(runlog->dropped - LOGGED_MAX)));
    }
    if (build->other_starts > 0) {
        log_warn("reports of one run differ in when it started", log_text("node", node),
                 log_number("count", (int64_t)build->other_starts));
    }
    if (runlog->config_id.at == NULL) {
        log_warn("run without a config id", log_text("node", node));
    }
}

static bool runlog_parse_take_lines(struct parser *parser, struct err *err)
{
    struct runlog_line line;
    bool more;
    do {
        if (parser->state == HEADER && !parser->in_doubt) {
            parser->resume = parser->lines;
        }
        more = runlog_lines_next(&parser->lines, &line);
        if ((!more || line.kind == RUNLOG_LINE_REPORT) && go_back(parser)) {
            more = true;
        } else if (more && !runlog_parse_take_line(parser, &line, err)) {
            return false;
        }
    } while (more);
    end_text(parser);
    return runlog_build_end(&parser->build, err);
}

bool runlog_parse(struct runlog *runlog, const struct run_info *info, struct slice content,
                  const struct runlog_limits *limits, struct err *err)
{
    struct parser parser = {
        .build =
            {
                .runlog = runlog,
                .limits = *limits,
                .store = {&runlog->arena, content.at + utf8_clean_prefix(content.at, content.len)},
                .row_size = runlog_build_row_size(info),
            },
    };
    runlog->info = *info;
    runlog_lines_begin(&parser.lines, content);
    if (!runlog_parse_take_lines(&parser, err)) {
        runlog_clear(runlog);
        return false;
    }
    warn_of_the_whole(&parser.build);
    return true;
}
