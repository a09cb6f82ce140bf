/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_build.h"

#include "util/xmalloc.h"

enum {
    REPORTS_GROWTH = 64,
    ROW_SIZE = 2 + 12 * 4 + 3 * 8, /* of a row without its texts: see report_db_binary_copy_row */
};

size_t runlog_build_row_size(const struct run_info *info)
{
    return ROW_SIZE + strlen(info->node_id);
}

/* Is the run beyond a limit? Then nothing more is kept; the rest is only counted, for the message of the refusal. */
static bool is_beyond(const struct runlog_build *build)
{
    return build->rows > build->limits.reports || build->bytes > build->limits.bytes;
}

/* Gives this time to the log entries before the first timestamp. */
static void give_time(struct runlog_build *build, const struct timestamp *executed)
{
    for (size_t i = 0; i < build->untimed; i++) {
        build->runlog->reports[i].executed = *executed;
    }
    build->untimed = 0;
}

/* Adds a row. executed is passed by value, because it may be in the array of reports, which moves when it grows. */
static void keep_row(struct runlog_build *build, struct slice event_type, struct timestamp executed)
{
    struct runlog *runlog = build->runlog;
    if (runlog->report_count == runlog->report_capacity) { /* by a quarter, not by doubling: saves memory */
        runlog->report_capacity += runlog->report_capacity / 4 + REPORTS_GROWTH;
        runlog->reports = xreallocarray(runlog->reports, runlog->report_capacity, sizeof *runlog->reports);
    }
    runlog->reports[runlog->report_count++] = (struct report){.event_type = event_type, .executed = executed};
}

static void count_row(struct runlog_build *build, size_t event_type_len)
{
    build->rows++;
    build->waiting++;
    build->bytes += build->row_size + event_type_len;
}

void runlog_build_entry(struct runlog_build *build, struct slice event_type, const struct timestamp *executed)
{
    static const struct timestamp none;
    const struct runlog *runlog = build->runlog;
    count_row(build, event_type.len);
    if (is_beyond(build)) {
        return;
    }
    if (executed != NULL) {
        give_time(build, executed);
    } else if (build->untimed < runlog->report_count) {
        executed = &runlog->reports[runlog->report_count - 1].executed;
    } else {
        executed = &none;
        build->untimed++;
    }
    keep_row(build, event_type, *executed);
}

void runlog_build_message(struct runlog_build *build, const struct runlog_field *message)
{
    build->bytes += runlog_field_len(message, &build->store);
    if (!is_beyond(build)) {
        build->runlog->reports[build->rows - 1].message = runlog_field_finish(message, &build->store);
    }
}

static const char no_report_id[] = "0";
static const char no_key[] = "None";

static struct slice text_or(struct slice text, const char *when_empty)
{
    return text.len > 0 ? text : slice_from_str(when_empty);
}

static size_t len_or(size_t len, const char *when_empty)
{
    return len > 0 ? len : strlen(when_empty);
}

/* The size in bytes of what new_origin makes from this header. */
static size_t origin_size(const struct runlog_store *store, const struct runlog_header *header)
{
    return runlog_field_one_len(header->policy, store) + runlog_field_one_len(header->rule_id, store) +
           runlog_field_one_len(header->directive_id, store) +
           len_or(runlog_field_one_len(header->report_id, store), no_report_id) +
           runlog_field_len(&header->component, store) + len_or(runlog_field_len(&header->key, store), no_key);
}

static const struct report_origin *new_origin(const struct runlog_store *store, const struct runlog_header *header)
{
    struct report_origin *origin = arena_alloc(store->arena, sizeof *origin);
    *origin = (struct report_origin){
        .policy = runlog_field_one(header->policy, store),
        .rule_id = runlog_field_one(header->rule_id, store),
        .directive_id = runlog_field_one(header->directive_id, store),
        .report_id = text_or(runlog_field_one(header->report_id, store), no_report_id),
        .component = runlog_field_finish(&header->component, store),
        .key_value = text_or(runlog_field_finish(&header->key, store), no_key),
        .start = header->start,
    };
    return origin;
}

/* Gives the rows that wait, which are the last ones, the fields of the report. */
static void give_origin(struct runlog_build *build)
{
    for (size_t i = build->rows - build->waiting; i < build->rows; i++) {
        build->runlog->reports[i].origin = build->last;
    }
}

/* Notes what this report says about the whole run. */
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

static void keep_report(struct runlog_build *build, const struct runlog_header *header,
                        const struct timestamp *executed)
{
    struct slice event_type = runlog_field_one(header->event_type, &build->store);
    build->last = new_origin(&build->store, header);
    if (build->first == NULL) {
        build->first = build->last;
    }
    note_run(build, build->last, event_type);
    give_time(build, executed);
    keep_row(build, event_type, *executed);
    give_origin(build);
}

void runlog_build_report(struct runlog_build *build, const struct runlog_header *header,
                         const struct timestamp *executed)
{
    count_row(build, runlog_field_one_len(header->event_type, &build->store));
    build->last_size = origin_size(&build->store, header);
    build->bytes += build->waiting * build->last_size;
    build->any_report = true;
    if (!is_beyond(build)) {
        keep_report(build, header, executed);
    }
    build->waiting = 0;
}

bool runlog_build_end(struct runlog_build *build, struct err *err)
{
    if (!build->any_report) {
        return err_set(err, "no report can be read in the run log");
    }
    if (build->rows > build->limits.reports) {
        return err_set(err, "%zu reports and log entries in the run log, the limit is %zu", build->rows,
                       build->limits.reports);
    }
    build->bytes += build->waiting * build->last_size;
    if (is_beyond(build)) {
        return err_set(err, "the run would become %zu bytes in %zu rows of the database, the limit is %zu bytes",
                       build->bytes, build->rows, build->limits.bytes);
    }
    give_origin(build);
    return true;
}
