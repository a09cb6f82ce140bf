/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_build: reports and log entries, as they are found, to a struct runlog. Private to runlog_parse.
 *
 * Source: PROTOCOL.md sections 6 and 14. Log entries wait for the next report and take its fields, those behind the
 * last report take that one's.
 */
#ifndef RELAY_RUNLOG_BUILD_H
#define RELAY_RUNLOG_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "relay/runlog.h"
#include "relay/runlog_header.h"
#include "relay/runlog_field.h"
#include "util/err.h"

/* Zeroed but for what the caller sets: runlog, max_reports, store. */
struct runlog_build {
    struct runlog *runlog;
    size_t max_reports;
    struct runlog_store store;
    const struct report_origin *first; /* of the first report */
    const struct report_origin *last;
    size_t waiting;      /* index of the first log entry that waits for its report */
    size_t seen;         /* reports and log entries, those above the limit too */
    size_t other_starts; /* reports whose start is not the first one's */
};

void runlog_build_entry(struct runlog_build *build, struct slice event_type, const struct timestamp *executed);

/* A whole header none of whose fields is missing. */
void runlog_build_report(struct runlog_build *build, const struct runlog_header *header,
                         const struct timestamp *executed);

/* The message of the one added last. */
void runlog_build_message(struct runlog_build *build, const struct runlog_field *message);

/* Once all is read. False when there is no report, or more than the limit. */
bool runlog_build_end(struct runlog_build *build, struct err *err);

#endif
