/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/virtual_run.h"

#include <stdlib.h>
#include <time.h>

#include "relay/runlog_seal.h"
#include "util/byte_size.h"
#include "util/clock.h"
#include "util/duration.h"
#include "util/log.h"
#include "util/xmalloc.h"
#include "virtual/command_request.h"
#include "virtual/command_run.h"
#include "virtual/run_text.h"

#define LOG_COMPONENT "virtual_run"

struct virtual_run {
    const struct virtual_run_context *context;
    struct virtual_node *node;
    void *owner;
    int64_t start;
    int64_t began_ms; /* clock_ms */
    struct command_run *command;
    struct run_text text;
    int64_t printed; /* bytes */
};

/* ---- the run log ---- */

/* A run log without the command's output, for one that root would refuse. */
static void build_without_output(const struct virtual_run *run, const char *failure, struct buffer *log)
{
    struct run_text bare;
    run_text_begin(&bare, &run->node->settings, run->start);
    buffer_clear(log);
    run_text_end(&bare, RUN_VERDICT_BROKEN, failure, time(NULL), log);
    run_text_free(&bare);
}

/* verdict and failure are those of the command; those of its output may replace them. */
static void build_log(struct virtual_run *run, enum run_verdict *verdict, struct err *failure, struct buffer *log)
{
    const struct relay_config_reporting *settings = &run->context->config->reporting;
    const struct runlog_limits limits = {.reports = (size_t)settings->max_reports,
                                         .bytes = (size_t)settings->max_stored_size};
    struct err why;
    run_text_end(&run->text, *verdict, failure->text, time(NULL), log);
    if (!run_text_check(buffer_slice(log), &run->text, &limits, &why)) {
        err_prefix(&why, failure->text[0] != '\0' ? "%s; what the command has printed is no run log"
                                                  : "%swhat the command has printed is no run log",
                   failure->text);
        *failure = why;
        *verdict = RUN_VERDICT_BROKEN;
        build_without_output(run, failure->text, log);
    }
}

static bool store_log(const struct virtual_run *run, struct slice log, struct err *err)
{
    const struct relay_config_virtual *settings = &run->context->config->virtual_nodes;
    const char *id = run->node->settings.node_id;
    const struct runlog_seal seal = {settings->keys_directory, id, settings->encrypt_to};
    struct buffer sealed = {0};
    struct buffer name = {0};
    char stamp[TIMESTAMP_TEXT_SIZE];
    timestamp_format(&(struct timestamp){.seconds = run->start}, stamp);
    buffer_add_format(&name, "%s@%s.log.gz", stamp, id);
    bool done = runlog_seal(&sealed, log, &seal, err) &&
                outbox_put(run->context->outbox, buffer_cstr(&name), buffer_slice(&sealed), err);
    buffer_free(&sealed);
    buffer_free(&name);
    return done;
}

static void say_end(const struct virtual_run *run, const struct virtual_run_end *end)
{
    const char *id = run->node->settings.node_id;
    if (end->result == VIRTUAL_RUN_LOST) {
        log_error("run lost", log_text("node", id), log_text("reason", end->reason.text));
    } else if (end->result == VIRTUAL_RUN_FAILED) {
        log_warn("run failed", log_text("node", id), log_number("ms", end->took_ms),
                 log_text("reason", end->reason.text));
    } else {
        log_info("run", log_text("node", id), log_number("ms", end->took_ms));
    }
}

/* What a person sees first: why, and the first line that the command has printed, on standard error perhaps. */
static void set_reason(struct err *reason, const struct err *failure, struct run_text *text)
{
    const char *said = buffer_cstr(&text->said);
    if (failure->text[0] == '\0' || said[0] == '\0') {
        *reason = *failure;
    } else {
        err_set(reason, "%s", said);
        err_prefix(reason, "%s", failure->text);
    }
}

/* Ends and frees the run. */
static void finish_virtual_run(struct virtual_run *run, enum run_verdict verdict, struct err *failure)
{
    struct virtual_run_end end = {.start = run->start, .took_ms = clock_ms() - run->began_ms};
    struct buffer log = {0};
    build_log(run, &verdict, failure, &log);
    end.result = verdict == RUN_VERDICT_OK ? VIRTUAL_RUN_OK : VIRTUAL_RUN_FAILED;
    set_reason(&end.reason, failure, &run->text);
    if (!store_log(run, buffer_slice(&log), &end.reason)) {
        end.result = VIRTUAL_RUN_LOST;
    }
    say_end(run, &end);
    buffer_free(&log);
    run->context->ended(run->context->user, run->owner, &end);
    virtual_run_free(run);
}

/* ---- the command ---- */

static void on_run_output(void *context, const char *bytes, size_t len)
{
    struct virtual_run *run = context;
    const int64_t most = run->context->config->virtual_nodes.max_output;
    const int64_t room = most - run->printed;
    run_text_take(&run->text, bytes, (int64_t)len < room ? len : (size_t)room, time(NULL));
    run->printed += (int64_t)len;
    if (run->printed > most) {
        struct err failure;
        char size[BYTE_SIZE_TEXT_SIZE];
        byte_size_format(most, size);
        err_set(&failure, "it has printed more than %s", size);
        finish_virtual_run(run, RUN_VERDICT_BROKEN, &failure);
    }
}

static enum run_verdict verdict_of_end(const struct virtual_run *run, const struct subprocess_end *end,
                                       struct err *failure)
{
    char duration[DURATION_TEXT_SIZE];
    switch (end->fate) {
    case SUBPROCESS_EXITED:
        if (end->number == 0) {
            return RUN_VERDICT_OK;
        }
        err_set(failure, "exit status %d", end->number);
        return RUN_VERDICT_FAILED;
    case SUBPROCESS_SIGNALLED:
        err_set(failure, "ended by signal %d", end->number);
        break;
    case SUBPROCESS_TIMED_OUT:
        duration_format(run->node->settings.timeout, duration);
        err_set(failure, "ended: it ran for longer than %s", duration);
        break;
    case SUBPROCESS_STOPPED:
        err_set(failure, "ended: its helper was stopped");
        break;
    }
    return RUN_VERDICT_BROKEN;
}

static void on_run_ended(void *context, const struct command_run_end *end)
{
    struct virtual_run *run = context;
    struct err failure = {0};
    enum run_verdict verdict = RUN_VERDICT_BROKEN;
    switch (end->fate) {
    case COMMAND_RUN_ENDED:
        verdict = verdict_of_end(run, &end->end, &failure);
        break;
    case COMMAND_RUN_NOT_STARTED:
        err_set(&failure, "not started: %s", end->err.text);
        break;
    case COMMAND_RUN_LOST:
        err_set(&failure, "%s", end->err.text);
        break;
    }
    finish_virtual_run(run, verdict, &failure);
}

static const struct command_run_handler run_handler = {on_run_output, on_run_ended};

struct virtual_run *virtual_run_start(const struct virtual_run_context *context, struct virtual_node *node,
                                      int64_t start, void *owner)
{
    struct virtual_run *run = xcalloc(1, sizeof *run);
    struct buffer request = {0};
    *run = (struct virtual_run){
        .context = context, .node = virtual_node_keep(node), .owner = owner, .start = start, .began_ms = clock_ms()};
    run_text_begin(&run->text, &node->settings, start);
    command_request_add(&request, &node->settings, run->text.start_text);
    run->command = command_run_start(context->base, context->config->virtual_nodes.command_socket, &request,
                                     node->settings.timeout, &run_handler, run);
    buffer_free(&request);
    return run;
}

void virtual_run_free(struct virtual_run *run)
{
    if (run == NULL) {
        return;
    }
    command_run_free(run->command);
    run_text_free(&run->text);
    virtual_node_drop(run->node);
    free(run);
}
