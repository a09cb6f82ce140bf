/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_build.h"

#include "util/xmalloc.h"

enum { FIRST_CAPACITY = 64 };

static void runlog_build_add(struct runlog_build *build, const struct report *report)
{
    struct runlog *runlog = build->runlog;
    if (++build->seen > build->max_reports) {
        return; /* only counted, for the refusal to say how many there are */
    }
    if (runlog->report_count == runlog->report_capacity) {
        runlog->report_capacity = runlog->report_capacity > 0 ? 2 * runlog->report_capacity : FIRST_CAPACITY;
        runlog->reports = xreallocarray(runlog->reports, runlog->report_capacity, sizeof *runlog->reports);
    }
    runlog->reports[runlog->report_count++] = *report;
}

void runlog_build_entry(struct runlog_build *build, struct slice event_type, const struct timestamp *executed)
{
    runlog_build_add(build, &(struct report){.event_type = event_type, .executed = *executed});
}

void runlog_build_message(struct runlog_build *build, const struct runlog_field *message)
{
    if (build->seen <= build->max_reports) {
        build->runlog->reports[build->seen - 1].message = runlog_field_finish(message, &build->store);
    }
}

static struct slice text_or(struct slice text, const char *when_empty)
{
    return text.len > 0 ? text : slice_from_str(when_empty);
}

static const struct report_origin *new_origin(const struct runlog_store *store, const struct runlog_header *header)
{
    struct report_origin *origin = arena_alloc(store->arena, sizeof *origin);
    *origin = (struct report_origin){
        .policy = runlog_field_one(header->policy, store),
        .rule_id = runlog_field_one(header->rule_id, store),
        .directive_id = runlog_field_one(header->directive_id, store),
        .report_id = text_or(runlog_field_one(header->report_id, store), "0"),
        .component = runlog_field_finish(&header->component, store),
        .key_value = text_or(runlog_field_finish(&header->key, store), "None"),
        .start = header->start,
    };
    return origin;
}

static void give_origin(struct runlog_build *build)
{
    for (; build->waiting < build->runlog->report_count; build->waiting++) {
        build->runlog->reports[build->waiting].origin = build->last;
    }
}

/* What a report says of the whole run. */
static void note_run(struct runlog_build *build, const struct report_origin *origin, struct slice event_type)
{
    struct runlog *runlog = build->runlog;
    bool is_start = slice_eq_str(origin->component, "start");
    if (slice_eq_str(event_type, "control") && (is_start || slice_eq_str(origin->component, "end"))) {
        runlog->complete = runlog->complete || is_start;
        if (runlog->config_id.at == NULL) {
            runlog->config_id = origin->key_value;
        }
    }
    if (timestamp_compare(&origin->start, &build->first->start) != 0) {
        build->other_starts++;
    }
}

void runlog_build_report(struct runlog_build *build, const struct runlog_header *header,
                         const struct timestamp *executed)
{
    struct slice event_type = runlog_field_one(header->event_type, &build->store);
    build->last = new_origin(&build->store, header);
    if (build->first == NULL) {
        build->first = build->last;
    }
    note_run(build, build->last, event_type);
    runlog_build_entry(build, event_type, executed);
    give_origin(build);
}

bool runlog_build_end(struct runlog_build *build, struct err *err)
{
    if (build->first == NULL) {
        return err_set(err, "no report can be read in the run log");
    }
    if (build->seen > build->max_reports) {
        return err_set(err, "%zu reports and log entries in the run log, the limit is %zu", build->seen,
                       build->max_reports);
    }
    give_origin(build);
    return true;
}
