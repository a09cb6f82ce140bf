/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gather.h"

#include <stdio.h>
#include <stdlib.h>

#include "batch.h"
#include "refusals.h"
#include "relay/relay_metrics.h"
#include "relay/spool.h"
#include "relay/spool_put.h"
#include "relay/syslog_rules.h"
#include "run_store.h"
#include "runlog_message.h"
#include "syslog_line.h"
#include "util/clock.h"
#include "util/free_space.h"
#include "util/log.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "gather"

enum {
    DUE_AT_ONCE = 64,     /* runs ended in one go */
    RETRY_MS = 5000,      /* after a run could not be put into the spool */
    KEPT_TEXT = 64 << 10, /* bytes of buffer kept for the next run */
    BATCH_MOST = 4 << 20, /* bytes of a batch; the store's file has room for more than that */
};

struct gather {
    const struct relay_config *config;
    struct relay_state *state;
    struct syslog_rules *rules;
    struct run_store *store;
    struct batch *batch;
    struct spool *spool;
    struct syslog_line line;
    struct buffer text;
    struct refusals refusals;
    bool failing; /* the last run could not be put into the spool; the log says so */
};

struct gather *gather_open(const struct relay_config *config, struct err *err)
{
    struct gather *gather = xcalloc(1, sizeof *gather);
    gather->config = config;
    gather->rules = syslog_rules_new(&config->syslog);
    gather->spool = spool_open(config->syslog.directory, "incoming", err);
    if (gather->spool == NULL || (gather->store = run_store_open(&config->syslog, err)) == NULL ||
        (gather->batch = batch_open(config->syslog.state_directory, err)) == NULL) { /* under the store's lock */
        gather_close(gather);
        return NULL;
    }
    safe_file_sweep(spool_incoming_fd(gather->spool), 0); /* nobody else writes there */
    gather->state = relay_state_open(config->general.state_file, relay_metrics_fingerprint());
    return gather;
}

void gather_close(struct gather *gather)
{
    if (gather != NULL) {
        batch_close(gather->batch);
        run_store_close(gather->store);
        if (gather->spool != NULL) {
            spool_close(gather->spool);
        }
        syslog_rules_free(gather->rules);
        syslog_line_free(&gather->line);
        buffer_free(&gather->text);
        relay_state_close(gather->state);
        free(gather);
    }
}

/* ---- messages ---- */

/* RELAY_SYSLOG_LINE_RESULTS: the store has failed. */
static enum relay_syslog_line keep_message(struct gather *gather, const struct runlog_message *report, struct err *err)
{
    static const enum relay_syslog_line results[] = {[RUN_STORE_TAKEN] = RELAY_SYSLOG_LINE_TAKEN,
                                                     [RUN_STORE_REPEATED] = RELAY_SYSLOG_LINE_REPEATED,
                                                     [RUN_STORE_LATE] = RELAY_SYSLOG_LINE_LATE,
                                                     [RUN_STORE_LIMIT] = RELAY_SYSLOG_LINE_LIMIT,
                                                     [RUN_STORE_FAILED] = RELAY_SYSLOG_LINE_RESULTS};
    const struct run_store_line line = {
        .node_id = report->node_id,
        .start = &report->start,
        .id = gather->line.id,
        .text = buffer_slice(&gather->text),
        .ends_run = report->ends_run,
    };
    return results[run_store_add(gather->store, &line, clock_wall_ms(), err)];
}

/* RELAY_SYSLOG_LINE_RESULTS: the store has failed. *what: the example for the log. */
static enum relay_syslog_line judge_line(struct gather *gather, struct slice text, struct err *what)
{
    struct syslog_line *line = &gather->line;
    struct runlog_message report;
    if (!syslog_line_read(line, text, what)) {
        return RELAY_SYSLOG_LINE_BROKEN;
    }
    err_set(what, "%s", line->from);
    if (!syslog_rules_has_address(gather->rules, line->from)) {
        return RELAY_SYSLOG_LINE_NETWORK;
    }
    buffer_clear_large(&gather->text, KEPT_TEXT);
    if (!runlog_message_read(buffer_slice(&line->message), slice_from_str(line->time), &report, &gather->text, what)) {
        err_prefix(what, "from %s", line->from);
        return RELAY_SYSLOG_LINE_BROKEN;
    }
    err_set(what, "%s from %s", report.node_id, line->from);
    if (!syslog_rules_has_node(gather->rules, report.node_id)) {
        return RELAY_SYSLOG_LINE_NODE;
    }
    return keep_message(gather, &report, what);
}

/* ---- runs ---- */

/* A run may be put there twice, if the program is killed in between. The spool then has the same file already, or the
 * database has the run. */
static bool put_run_into_spool(struct gather *gather, const struct run_store_run *run, struct slice text,
                               struct err *err)
{
    const int dir_fd = spool_incoming_fd(gather->spool);
    char start[TIMESTAMP_TEXT_SIZE], name[SAFE_FILE_NAME_SIZE];
    timestamp_format(&run->start, start);
    snprintf(name, sizeof name, "%s@%s.log", start, run->node_id);
    return free_space_for(dir_fd, (int64_t)text.len, gather->config->upload.min_free_space, err) &&
           spool_put_bytes(dir_fd, name, text, err);
}

static void log_ended(const struct run_store_run *run, size_t bytes)
{
    static const char *const ends[] = {"report", "timeout", "limit"};
    char start[TIMESTAMP_TEXT_SIZE];
    timestamp_format(&run->start, start);
    log_info("run gathered", log_text("node", run->node_id), log_text("start", start),
             log_number("reports", (int64_t)run->lines), log_number("bytes", (int64_t)bytes),
             log_text("end", ends[run->end]));
}

static bool hand_on_run(struct gather *gather, const struct run_store_run *run, struct err *err)
{
    static const enum relay_syslog_end ends[] = {[RUN_STORE_BY_REPORT] = RELAY_SYSLOG_END_REPORT,
                                                 [RUN_STORE_BY_TIMEOUT] = RELAY_SYSLOG_END_TIMEOUT,
                                                 [RUN_STORE_BY_LIMIT] = RELAY_SYSLOG_END_LIMIT};
    struct buffer *text = &gather->text;
    buffer_clear_large(text, KEPT_TEXT);
    if (!run_store_read(gather->store, run, text, err) ||
        !put_run_into_spool(gather, run, buffer_slice(text), err) ||
        !run_store_end(gather->store, run, clock_wall_ms(), err)) {
        if (!gather->failing) {
            log_error("a run cannot be handed on to the forwarder; it waits", log_text("node", run->node_id),
                      log_text("reason", err->text));
        }
        gather->failing = true;
        return false;
    }
    gather->failing = false;
    relay_metrics_syslog_gathered(gather->state, ends[run->end]);
    log_ended(run, text->len);
    return true;
}

/* ---- a batch ---- */

static bool gather_make_room(struct gather *gather, struct err *err)
{
    struct run_store_run oldest;
    while (run_store_is_full(gather->store, &oldest)) {
        if (!hand_on_run(gather, &oldest, err)) {
            return err_prefix(err, "the store of runs is full");
        }
    }
    return true;
}

/* Adds each line of the batch to the store, in the transaction that has begun. judged: how many had each result, with
 * an example. */
static bool store_lines(struct gather *gather, struct refusals *judged, struct err *err)
{
    struct slice rest = batch_lines(gather->batch);
    while (rest.len > 0) {
        struct err what = {0};
        enum relay_syslog_line result = judge_line(gather, slice_take_until(&rest, '\n'), &what);
        if (result == RELAY_SYSLOG_LINE_RESULTS) {
            return err_set(err, "%s", what.text);
        }
        refusals_add(judged, result, what.text);
    }
    return true;
}

/* When it is in the store: not before, since a batch that fails is tried again. */
static void count_batch_lines(struct gather *gather, const struct refusals *judged)
{
    for (enum relay_syslog_line result = 0; result < RELAY_SYSLOG_LINE_RESULTS; result++) {
        for (size_t i = 0; i < judged->each[result].lines; i++) {
            relay_metrics_syslog_line(gather->state, result);
            if (result != RELAY_SYSLOG_LINE_TAKEN && result != RELAY_SYSLOG_LINE_REPEATED) {
                refusals_add(&gather->refusals, result, judged->each[result].example.text);
            }
        }
    }
}

bool gather_commit(struct gather *gather, struct err *err)
{
    struct refusals judged = {0};
    if (batch_lines(gather->batch).len == 0) {
        return true;
    }
    if (!gather_make_room(gather, err) || !run_store_begin(gather->store, err)) {
        return false;
    }
    if (!store_lines(gather, &judged, err)) {
        run_store_abort(gather->store);
        return false;
    }
    if (!run_store_commit(gather->store, err)) {
        return false;
    }
    count_batch_lines(gather, &judged);
    batch_clear(gather->batch);
    return true;
}

bool gather_add(struct gather *gather, struct slice line, struct err *err)
{
    const bool full = batch_lines(gather->batch).len > BATCH_MOST;
    return (!full || gather_commit(gather, err)) && batch_add(gather->batch, line, err);
}

void gather_too_long(struct gather *gather)
{
    relay_metrics_syslog_line(gather->state, RELAY_SYSLOG_LINE_BROKEN);
    refusals_add(&gather->refusals, RELAY_SYSLOG_LINE_BROKEN, "it is too long");
}

int64_t gather_end_due(struct gather *gather)
{
    struct run_store_run due[DUE_AT_ONCE];
    struct err err;
    size_t found;
    int64_t next_ms, now_ms = clock_wall_ms(), wake_ms = INT64_MAX;
    if (!gather_commit(gather, &err)) { /* a message in it may belong to a run that would be ended */
        log_error("messages are not in the store of runs yet", log_text("reason", err.text));
        return clock_ms() + RETRY_MS;
    }
    if (!run_store_find_due(gather->store, now_ms, due, DUE_AT_ONCE, &found, &next_ms, &err)) {
        log_error("the store of runs cannot be read", log_text("reason", err.text));
        return clock_ms() + RETRY_MS;
    }
    for (size_t i = 0; i < found; i++) {
        if (!hand_on_run(gather, &due[i], &err)) {
            next_ms = now_ms + RETRY_MS;
            break;
        }
    }
    const int64_t due_s = next_ms != INT64_MAX ? next_ms / 1000 : 0;
    relay_metrics_set_syslog(gather->state, &(struct relay_syslog_stats){run_store_count(gather->store), due_s});
    if (next_ms != INT64_MAX) {
        wake_ms = clock_ms() + (next_ms > now_ms ? next_ms - now_ms : 0);
    }
    refusals_tell(&gather->refusals, clock_ms(), &wake_ms);
    return wake_ms;
}
