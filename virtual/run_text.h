/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_text: the run log of a virtual node, from what its command prints.
 *
 * Source: PROTOCOL.md section 6: lines with a timestamp; reports `R: @@...`, log entries, and a `control` report at the
 * start and at the end of the run. What the command prints is taken line by line:
 *     - reports and log entries stay as they are, with a timestamp in front where there is none;
 *     - another line behind a report goes on with its message; elsewhere it becomes a log entry;
 *     - control characters, and sequences that colour a terminal, are left out.
 * Around it come the start and the end, unless the command has printed them itself. An end that is added to a printed
 * start carries its id of the configuration, else that of the node's file. And the verdict, a report with the fields of
 * the node's file: when the command has failed, and when it has printed no report of its own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/runlog_parse.h"
#include "relay/virtual_node.h"
#include "util/buffer.h"
#include "util/timestamp.h"

enum run_verdict {
    RUN_VERDICT_OK,
    RUN_VERDICT_FAILED, /* the command says so: audit_noncompliant in audit mode */
    RUN_VERDICT_BROKEN, /* it could not do its work: audit_error */
};

struct run_text {
    const struct virtual_node_settings *settings; /* the caller's */
    struct timestamp start;
    char start_text[TIMESTAMP_TEXT_SIZE]; /* as reports have it: YYYY-MM-DD HH:MM:SS+00:00 */
    struct buffer body;
    struct buffer line;      /* the line that has not come whole yet */
    struct buffer said;      /* the first line that is no report and no log entry, for the verdict */
    struct buffer config_id; /* of the start that the command has printed; empty: there is none */
    bool in_report;
    bool own_start;
    bool own_end;
    size_t reports; /* results, not those of control and log_... */
};

/* start: when the run began, in seconds since 1970. run_text_free frees it. */
void run_text_begin(struct run_text *text, const struct virtual_node_settings *settings, int64_t start);
void run_text_free(struct run_text *text);

/* Takes a piece of the command's output that came at that moment. */
void run_text_take(struct run_text *text, const char *bytes, size_t len, int64_t now);

/* Appends the whole run log to out; the text takes no more. failure: the reason of a verdict other than OK, one line,
 * which may be outside input. */
void run_text_end(struct run_text *text, enum run_verdict verdict, const char *failure, int64_t now,
                  struct buffer *out);

/* Would root store it? False with err: it is refused, a report has another node's id, or some of its lines are broken
 * reports. */
bool run_text_check(struct slice log, const struct run_text *text, const struct runlog_limits *limits, struct err *err);
