/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog.h"

#include <stdlib.h>

enum { KEPT_MAX = 16384 }; /* reports; the memory of a larger run, which is rare, is given back */

void runlog_clear(struct runlog *runlog)
{
    if (runlog->report_capacity > KEPT_MAX) {
        runlog_free(runlog);
        return;
    }
    arena_clear(&runlog->arena);
    *runlog = (struct runlog){
        .reports = runlog->reports,
        .report_capacity = runlog->report_capacity,
        .arena = runlog->arena,
    };
}

void runlog_free(struct runlog *runlog)
{
    free(runlog->reports);
    arena_free(&runlog->arena);
    *runlog = (struct runlog){.report_count = 0};
}

static bool runlog_listed(struct slice event_type, char *const *event_types)
{
    for (; *event_types != NULL; event_types++) {
        if (slice_eq_str(event_type, *event_types)) {
            return true;
        }
    }
    return false;
}

static bool runlog_is_log(const struct report *report)
{
    return slice_starts_with(report->event_type, "log_");
}

static bool runlog_is_notable(const struct runlog *runlog)
{
    for (size_t i = 0; i < runlog->report_count; i++) {
        struct slice type = runlog->reports[i].event_type;
        if (slice_eq_str(type, "result_repaired") || slice_eq_str(type, "result_error") ||
            slice_eq_str(type, "audit_error") || slice_eq_str(type, "audit_noncompliant")) {
            return true;
        }
    }
    return false;
}

void runlog_skip_logs(struct runlog *runlog, enum runlog_logs stored)
{
    if (stored == RUNLOG_LOGS_ALL || (stored == RUNLOG_LOGS_NOTABLE && runlog_is_notable(runlog))) {
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < runlog->report_count; i++) {
        if (!runlog_is_log(&runlog->reports[i])) {
            runlog->reports[kept++] = runlog->reports[i];
        }
    }
    runlog->report_count = kept;
}

const struct report *runlog_identity(const struct runlog *runlog)
{
    for (size_t i = 0; i < runlog->report_count; i++) {
        if (!runlog_is_log(&runlog->reports[i])) {
            return &runlog->reports[i];
        }
    }
    return &runlog->reports[0];
}

void runlog_skip_event_types(struct runlog *runlog, char *const *event_types)
{
    size_t kept = 0;
    for (size_t i = 0; i < runlog->report_count; i++) {
        if (!runlog_listed(runlog->reports[i].event_type, event_types)) {
            runlog->reports[kept++] = runlog->reports[i];
        }
    }
    runlog->report_count = kept;
}
