/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_line: the content of a run log as lines, each with its timestamp taken off and with what it starts. Private to
 * runlog_parse.
 *
 * Source: PROTOCOL.md section 6. A line ends with LF, CRLF or CR, the last one also with the content. Byte order marks
 * (U+FEFF) at the start of a line and behind its timestamp are passed over: Windows programs put one at the start of a
 * file, and a command that prints such a file puts it into the middle of a run. A timestamp by its form is taken off
 * though there is no such moment (a month 13), so that the line is seen for what it is; but it times nothing.
 */
#ifndef RELAY_RUNLOG_LINE_H
#define RELAY_RUNLOG_LINE_H

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
    struct slice text;       /* behind the timestamp and byte order marks */
    struct slice rest;       /* behind the level of a log entry, behind the `R: @@` of a report */
    struct slice event_type; /* of a log entry: a constant */
    bool timed;
    struct timestamp timestamp; /* if timed */
};

struct runlog_lines {
    const char *at;
    const char *end;
    const char *lf; /* the next of each, or end; looked for only when passed, so that no byte is searched twice */
    const char *cr;
    size_t number; /* of the line read last, from 1 */
};

void runlog_lines_begin(struct runlog_lines *lines, struct slice content);

/* False behind the last line. */
bool runlog_lines_next(struct runlog_lines *lines, struct runlog_line *line);

/* The same without a look at what the line starts: kind, rest and event_type are not set. */
bool runlog_lines_next_text(struct runlog_lines *lines, struct runlog_line *line);

#endif
