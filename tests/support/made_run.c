/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/made_run.h"

#include <stdarg.h>
#include <stdio.h>

static struct slice text(struct runlog *runlog, const char *format, ...) __attribute__((format(printf, 2, 3)));

static struct slice text(struct runlog *runlog, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *at = arena_alloc(&runlog->arena, (size_t)len + 1);
    va_start(args, format);
    vsnprintf(at, (size_t)len + 1, format, args);
    va_end(args);
    return (struct slice){at, (size_t)len};
}

static const char *event_type_of(size_t i, size_t count, bool partial)
{
    static const char *const types[] = {"result_success", "result_success",  "result_na",      "log_info",
                                        "result_success", "audit_compliant", "result_success", "result_repaired"};
    if ((i == 0 && !partial) || i + 1 == count) {
        return "control";
    }
    return types[i % (sizeof types / sizeof *types)];
}

static struct report_origin *make_origin(struct runlog *runlog, const struct made_run *made, size_t i)
{
    struct report_origin *origin = arena_alloc(&runlog->arena, sizeof *origin);
    bool control = (i == 0 && !made->partial) || i + 1 == made->reports;
    origin->policy = slice_from_str(control ? "Common" : "packageManagement");
    origin->rule_id = made->rule_id != NULL ? text(runlog, "%s", made->rule_id)
                                            : text(runlog, "32377fd7-02fd-43d0-aab7-28460a91347%zu", i % 10);
    origin->directive_id = text(runlog, "5b0cc4c5-4e1b-4a0c-9d9c-6c6fd1a9b0%02zu", i % 50);
    origin->report_id = slice_from_str("0");
    origin->component = slice_from_str(!control ? "Package" : i == 0 ? "start" : "end");
    if (control) {
        origin->key_value = text(runlog, "%s", made->config_id != NULL ? made->config_id : "None");
    } else {
        origin->key_value = text(runlog, "package-%zu", i);
    }
    origin->start = (struct timestamp){made->start, 0, 0};
    return origin;
}

/* i: the report's number if it were not for made->extra. */
static void make_report(struct runlog *runlog, const struct made_run *made, size_t place, size_t i)
{
    struct report *report = &runlog->reports[place];
    report->origin = make_origin(runlog, made, i);
    report->event_type = made->event != NULL && i == made->reports / 2
                             ? text(runlog, "%s", made->event)
                             : slice_from_str(event_type_of(i, made->reports, made->partial));
    report->executed = (struct timestamp){made->start + (int64_t)(i / 4), 0, 0};
    if (made->message != NULL && i + 1 == made->reports) {
        report->message = text(runlog, "%s", made->message);
    } else {
        report->message = text(runlog, "Presence of package package-%zu in version latest was correct on this node", i);
    }
}

void made_run_fill(struct runlog *runlog, const struct made_run *made)
{
    snprintf(runlog->info.node_id, sizeof runlog->info.node_id, "%s", made->node_id);
    runlog->info.timestamp = (struct timestamp){made->start, 0, 0};
    runlog->report_count = made->reports;
    runlog->reports = arena_alloc(&runlog->arena, (made->reports + 1) * sizeof *runlog->reports);
    struct made_run base = *made;
    base.reports -= made->extra > 0;
    for (size_t i = 0; i < made->reports; i++) {
        bool extra = made->extra > 0 && i == made->extra;
        make_report(runlog, &base, i, extra ? base.reports + 10 : made->extra > 0 && i > made->extra ? i - 1 : i);
    }
    runlog->complete = !made->partial;
    runlog->config_id = made->config_id != NULL ? text(runlog, "%s", made->config_id) : (struct slice){NULL, 0};
}
