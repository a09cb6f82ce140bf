/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_build: reports and log entries, as they are found, to a struct runlog. Private to runlog_parse.
 *
 * Source: PROTOCOL.md sections 6 and 14. Log entries wait for the next report and take its fields, those behind the
 * last report take that one's. A few bytes of a log entry so become a row with all that report's fields: rows and their
 * bytes are counted before memory is taken for them, and beyond a limit they are only counted.
 */
#ifndef RELAY_RUNLOG_BUILD_H
#define RELAY_RUNLOG_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "relay/runlog.h"
#include "relay/runlog_field.h"
#include "relay/runlog_header.h"
#include "relay/runlog_parse.h"
#include "util/err.h"

/* Zeroed but for what the caller sets: the first four. */
struct runlog_build {
    struct runlog *runlog;
    struct runlog_limits limits;
    struct runlog_store store;
    size_t row_size; /* runlog_build_row_size */
    const struct report_origin *first; /* of the first report */
    const struct report_origin *last;
    size_t last_size;    /* bytes of the last report's fields: what each of its log entries has of it */
    bool any_report;     /* beyond a limit, too */
    size_t rows;         /* reports and log entries, those beyond a limit too */
    size_t waiting;      /* the log entries among them that wait for their report */
    size_t untimed;      /* log entries at the start of the log without a timestamp: they take the next one */
    size_t bytes;        /* of all rows */
    size_t other_starts; /* reports whose start is not the first one's */
};

/* What each row of a run has, whatever its report. */
size_t runlog_build_row_size(const struct run_info *info);

/* executed: NULL when its line has no timestamp. It then takes that of the one before it. */
void runlog_build_entry(struct runlog_build *build, struct slice event_type, const struct timestamp *executed);

/* A whole header none of whose fields is missing. */
void runlog_build_report(struct runlog_build *build, const struct runlog_header *header,
                         const struct timestamp *executed);

/* The message of the one added last. */
void runlog_build_message(struct runlog_build *build, const struct runlog_field *message);

/* Once all is read. False when there is no report, or the run is beyond a limit. */
bool runlog_build_end(struct runlog_build *build, struct err *err);

#endif
