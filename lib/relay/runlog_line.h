/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_line: reads the content of a run log as lines, takes the timestamp off each, and says what the line starts.
 * Private to runlog_parse.
 *
 * Source: PROTOCOL.md section 6. A line ends with LF, CRLF or CR, the last one also with the content. Byte order marks
 * (U+FEFF) at the start of a line and after its timestamp are skipped: Windows programs put one at the start of a file,
 * and a command that prints such a file puts it into the middle of a run. A text with the form of a timestamp is taken
 * off even if it is an impossible moment (a month 13), so that the rest of the line is recognised; but it is not used
 * as a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"
#include "util/timestamp.h"

enum runlog_line_kind {
    RUNLOG_LINE_OTHER,
    RUNLOG_LINE_ENTRY,  /* starts a log entry */
    RUNLOG_LINE_REPORT, /* starts a report */
};

struct runlog_line {
    enum runlog_line_kind kind;
    struct slice text;       /* after the timestamp and byte order marks */
    struct slice rest;       /* after the level of a log entry, or after the `R: @@` of a report */
    struct slice event_type; /* of a log entry: a constant */
    bool timed;
    struct timestamp timestamp; /* if timed */
};

struct runlog_lines {
    const char *at;
    const char *end;
    const char *lf; /* next LF and CR, or the end; searched again only once passed, so no byte is read twice */
    const char *cr;
    size_t number; /* of the line read last, from 1 */
};

void runlog_lines_begin(struct runlog_lines *lines, struct slice content);

/* Gets the next line. False after the last one. */
bool runlog_lines_next(struct runlog_lines *lines, struct runlog_line *line);

/* The same, but does not find out what the line starts: kind, rest and event_type are not set. */
bool runlog_lines_next_text(struct runlog_lines *lines, struct runlog_line *line);
