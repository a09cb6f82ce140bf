/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_build: collects reports and log entries, as they are found, in a struct runlog. Private to runlog_parse.
 *
 * Source: PROTOCOL.md sections 6 and 14. Log entries wait for the next report and take its fields; those after the last
 * report take the fields of that one. So a log entry of a few bytes becomes a row with all fields of a report.
 * Therefore rows and their bytes are counted before memory is allocated for them, and beyond a limit they are only
 * counted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/runlog.h"
#include "relay/runlog_field.h"
#include "relay/runlog_header.h"
#include "relay/runlog_parse.h"
#include "util/err.h"

/* The caller sets the first four members and zeroes the rest. */
struct runlog_build {
    struct runlog *runlog;
    struct runlog_limits limits;
    struct runlog_store store;
    size_t row_size;                   /* runlog_build_row_size */
    const struct report_origin *first; /* the origin of the first report */
    const struct report_origin *last;
    size_t last_size;    /* bytes of the last report's fields, which each of its log entries repeats */
    bool any_report;     /* set even beyond a limit */
    size_t rows;         /* reports and log entries, including those beyond a limit */
    size_t waiting;      /* the log entries among them that wait for their report */
    size_t untimed;      /* log entries at the start of the log without a timestamp: they take the next one */
    size_t bytes;        /* of all rows */
    size_t other_starts; /* reports whose start is not the first one's */
};

/* The bytes that each row of a run has, whatever its report. */
size_t runlog_build_row_size(const struct run_info *info);

/* Adds a log entry. executed: NULL when its line has no timestamp; then it takes that of the entry before it. */
void runlog_build_entry(struct runlog_build *build, struct slice event_type, const struct timestamp *executed);

/* Adds a report. Its header is complete. */
void runlog_build_report(struct runlog_build *build, const struct runlog_header *header,
                         const struct timestamp *executed);

/* Sets the message of the report or log entry added last. */
void runlog_build_message(struct runlog_build *build, const struct runlog_field *message);

/* Call it at the end of the content. False when there is no report, or the run is beyond a limit. */
bool runlog_build_end(struct runlog_build *build, struct err *err);
