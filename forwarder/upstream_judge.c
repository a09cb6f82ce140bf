/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upstream_judge.h"

#include <stdio.h>
#include <string.h>

#include "util/clock.h"
#include "util/log.h"
#include "util/random.h"

#define LOG_COMPONENT "upstream"

static void note_success(const struct upstream_transfer *transfer, struct breaker *breaker)
{
    if (breaker_success(breaker) == BREAKER_CLOSED) {
        log_info("the upstream can be used again", log_number("after_s", (clock_ms() - breaker->since_ms) / 1000),
                 log_text("path", upstream_transfer_path(transfer)));
        transfer->upstream->reported_up_ms = 0;
    }
}

static void note_failure(const struct upstream_transfer *transfer, struct breaker *breaker, bool probe, bool certain,
                         const struct upstream_answer *answer)
{
    struct relay_state *state = transfer->upstream->state;
    const char *reason = answer->reason.text;
    if (breaker_failure(breaker, probe, certain, answer->wait_ms, random_number(), clock_ms()) == BREAKER_OPENED) {
        log_error("the upstream cannot be used; files wait in the spool until it can", log_text("reason", reason),
                  log_text("path", upstream_transfer_path(transfer)));
        relay_state_set_last_error(state, reason);
    } else if (breaker->open) {
        log_debug("the upstream still cannot be used", log_text("reason", reason),
                  log_number("probes", breaker->failures));
    }
    if (breaker->open) {
        relay_state_set_peer(state, RELAY_PEER_UPSTREAM, RELAY_PEER_DOWN, reason);
    }
}

/* What the answer says about the connection to the upstream. */
static void judge_connection(const struct upstream_transfer *transfer, const struct upstream_answer *answer)
{
    struct breaker *breaker = &transfer->upstream->breaker;
    switch (answer->disposition) {
    case UPSTREAM_UNREACHABLE:
        note_failure(transfer, breaker, transfer->probe, true, answer);
        break;
    case UPSTREAM_CONN_LOST:
        note_failure(transfer, breaker, transfer->probe, !upstream_carries_file(transfer), answer);
        break;
    case UPSTREAM_LOCAL_ERROR:
        breaker_inconclusive(breaker, transfer->probe);
        break;
    default:
        note_success(transfer, breaker);
        break;
    }
}

/* The other files of the file's node wait at least as long as this one. */
static void suspend_node(const struct upstream_transfer *transfer, int64_t wait_ms)
{
    const struct job *job = &transfer->job;
    unsigned attempts = queued_run_attempts(job->run) + 1;
    int64_t own_ms = backoff_wait_ms(job->source->retry, attempts, random_number());
    dispatch_suspend_node(job->source->dispatch, job->run, clock_later(wait_ms, own_ms));
}

/* Notes whose file found the upstream busy. Did another's do so before, with no success since? */
static bool busy_for_others(const struct upstream_transfer *transfer)
{
    const struct spool_file *file = &transfer->job.file;
    char *last = transfer->upstream->busy_for[transfer->job.source->kind];
    const char *now = file->info.node_id[0] != '\0' ? file->info.node_id : file->name;
    bool others = last[0] != '\0' && strcmp(last, now) != 0;
    snprintf(last, SAFE_FILE_NAME_SIZE, "%s", now);
    return others;
}

/* It accepts no file of this kind, or none of this node: an older server does not say which. So a file of another node
 * is tried before the breaker opens. If none waits, the breaker opens, but the next one that comes is tried at once. */
static void judge_busy(const struct upstream_transfer *transfer, struct breaker *breaker,
                       const struct upstream_answer *answer)
{
    const struct job *job = &transfer->job;
    struct dispatch *dispatch = job->source->dispatch;
    bool others = busy_for_others(transfer);
    if (!breaker->open && !others && dispatch_others(dispatch, job->run) > 0) {
        suspend_node(transfer, answer->wait_ms);
        return;
    }
    bool news = !breaker->open || transfer->kind_probe;
    note_failure(transfer, breaker, transfer->kind_probe, true, answer);
    if (news && !others && job->file.info.node_id[0] != '\0') {
        dispatch_suspend_node(dispatch, job->run, breaker->probe_ms - clock_ms());
        breaker_probe_now(breaker);
    }
}

/* It accepts files of this kind. */
static void note_kind_success(const struct upstream_transfer *transfer)
{
    transfer->upstream->busy_for[transfer->job.source->kind][0] = '\0';
    note_success(transfer, upstream_kind_breaker(transfer));
}

/* What it says about files of this kind. */
static void judge_kind(const struct upstream_transfer *transfer, const struct upstream_answer *answer)
{
    struct breaker *breaker = upstream_kind_breaker(transfer);
    switch (answer->disposition) {
    case UPSTREAM_ACCEPTED:
    case UPSTREAM_REFUSED:
        note_kind_success(transfer);
        break;
    case UPSTREAM_NODE_BUSY:
        note_kind_success(transfer);
        suspend_node(transfer, answer->wait_ms);
        break;
    case UPSTREAM_UNAUTHORIZED:
        note_failure(transfer, breaker, transfer->kind_probe, true, answer);
        break;
    case UPSTREAM_BUSY:
        judge_busy(transfer, breaker, answer);
        break;
    case UPSTREAM_LATER:
        note_failure(transfer, breaker, transfer->kind_probe, false, answer);
        break;
    case UPSTREAM_OLD_LOGIN:
        breaker_inconclusive(breaker, transfer->kind_probe);
        breaker_probe_now(breaker);
        break;
    default:
        breaker_inconclusive(breaker, transfer->kind_probe);
        break;
    }
}

void upstream_judge(const struct upstream_transfer *transfer, const struct upstream_answer *answer)
{
    judge_connection(transfer, answer);
    if (upstream_carries_file(transfer)) {
        judge_kind(transfer, answer);
    }
}
