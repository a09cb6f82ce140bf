/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog: one agent run: its reports in order, and what they say about the whole run.
 *
 * Source: PROTOCOL.md section 6. All text points into the content that was parsed, into the run log's own arena or to
 * constants: the content must outlive the run log. Every text is well-formed UTF-8 without NUL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/run_info.h"
#include "util/arena.h"
#include "util/slice.h"
#include "util/timestamp.h"

/* What the reports made from one `R: @@` line have in common: the report itself and the log entries that go with it. */
struct report_origin {
    struct slice policy;
    struct slice rule_id;
    struct slice directive_id;
    struct slice report_id; /* "0" when the line had none */
    struct slice component;
    struct slice key_value; /* "None" when the line had none */
    struct timestamp start; /* when the run started */
};

struct report {
    const struct report_origin *origin;
    struct slice event_type;
    struct slice message;
    struct timestamp executed; /* when the report was made */
};

struct runlog {
    struct run_info info;
    struct report *reports; /* in the order of the log, at least one */
    size_t report_count;
    size_t report_capacity; /* number of reports that fit into the memory */
    struct slice config_id; /* .at NULL when there is none */
    bool complete;          /* has a control/start report */
    size_t dropped;         /* broken reports and noise lines that were left out */
    struct arena arena;
};

/* Both free what the run log owns and leave it empty, ready to be parsed into again. runlog_clear keeps the memory of a
 * run of usual size for that. */
void runlog_clear(struct runlog *runlog);
void runlog_free(struct runlog *runlog);

/* Which log entries of a run are stored: those of event type `log_...`. */
enum runlog_logs {
    RUNLOG_LOGS_ALL,
    RUNLOG_LOGS_NOTABLE, /* only those of a run in which something was repaired, was in error or not compliant */
    RUNLOG_LOGS_NONE,
};

/* Removes the log entries that are not stored. Like the web application, it tells them by the event type. */
void runlog_skip_logs(struct runlog *runlog, enum runlog_logs stored);

/* The report by which a run is recognised when it comes again: the first one that is no log entry, since log entries
 * may be purged before the rest of the run, or were not stored; the first of all if there is no other. The run log must
 * have a report. */
const struct report *runlog_identity(const struct runlog *runlog);

/* Removes the reports of these event types (NULL-terminated list), perhaps all reports. The config id and `complete`
 * stay as parsed. */
void runlog_skip_event_types(struct runlog *runlog, char *const *event_types);
