/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "in_hand.h"

#include <string.h>
#include <time.h>

#include "inventory_pair.h"
#include "random.h"
#include "util/clock.h"

#define LOG_COMPONENT "in_hand"

struct words {
    const char *tried_again;
    const char *refused;
};

static const struct words run_words = {"run is tried again later", "run refused"};
static const struct words inventory_words = {"inventory is tried again later", "inventory refused"};

static const struct words *words_of(const struct in_hand_origin *origin)
{
    return origin->kind == RELAY_KIND_REPORT ? &run_words : &inventory_words;
}

static void log_trouble(enum log_level level, const char *message, const struct in_hand *in_hand, const char *reason)
{
    if (!log_enabled(level, LOG_COMPONENT)) {
        return;
    }
    char queue_id[QUEUE_ID_SIZE];
    run_info_queue_id(in_hand->file.name, strlen(in_hand->file.name), queue_id);
    log_event(level, LOG_COMPONENT, message,
              (const struct log_field[]){log_text("queue_id", queue_id), log_text("node", in_hand->file.info.node_id),
                                         log_text("file", in_hand->file.name), log_text("reason", reason), {0}});
}

static void note_error(const struct in_hand_origin *origin, const char *message, const struct in_hand *in_hand,
                       const char *reason)
{
    struct err text;
    err_set(&text, "%s: %s: %s", message, in_hand->file.name, reason);
    relay_state_set_last_error(origin->state, text.text);
}

static int64_t at_most(int64_t wait_ms, int64_t most_ms)
{
    return most_ms > 0 && wait_ms > most_ms ? most_ms : wait_ms;
}

void in_hand_put_off(const struct in_hand_origin *origin, struct in_hand *in_hand, const char *reason, int64_t most_ms)
{
    unsigned attempts = queued_run_attempts(in_hand->run) + 1;
    int64_t wait_ms = backoff_wait_ms(origin->retry, attempts, random_number());
    wait_ms = at_most(at_most(wait_ms, in_hand->file.retry_within_ms), most_ms);
    log_trouble(attempts == 1 ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, words_of(origin)->tried_again, in_hand, reason);
    relay_metrics_retry(origin->state, origin->kind);
    if (attempts == 1) {
        note_error(origin, words_of(origin)->tried_again, in_hand, reason);
    }
    dispatch_put_off(origin->dispatch, in_hand->run, wait_ms);
}

void in_hand_leave(const struct in_hand_origin *origin, struct in_hand *in_hand)
{
    struct err err;
    if (!spool_file_same(origin->tools, &in_hand->file)) {
        dispatch_put_back(origin->dispatch, in_hand->run);
    } else if (spool_remove(origin->tools->spool, in_hand->file.name, &err)) {
        dispatch_done(origin->dispatch, in_hand->run);
    } else {
        in_hand_put_off(origin, in_hand, err.text, 0); /* it will be a duplicate then */
    }
}

void in_hand_refuse(const struct in_hand_origin *origin, struct in_hand *in_hand, const char *reason)
{
    struct err err;
    const char *node_id = in_hand->file.info.node_id;
    if (!spool_file_same(origin->tools, &in_hand->file)) {
        dispatch_put_back(origin->dispatch, in_hand->run);
    } else if (spool_quarantine(origin->tools->spool, in_hand->file.name, node_id, reason, &err)) {
        log_trouble(LOG_LEVEL_WARN, words_of(origin)->refused, in_hand, reason);
        note_error(origin, words_of(origin)->refused, in_hand, reason);
        relay_state_count_activity(origin->state, RELAY_ACTIVITY_REFUSED, time(NULL));
        if (origin->kind != RELAY_KIND_REPORT) {
            inventory_pair_refuse(origin->tools->spool, in_hand->file.name);
        }
        dispatch_done(origin->dispatch, in_hand->run);
    } else {
        err_prefix(&err, "refused (%s), but cannot be moved to failed", reason);
        in_hand_put_off(origin, in_hand, err.text, 0);
    }
}

void in_hand_processed(const struct in_hand_origin *origin, const struct in_hand *in_hand, uint64_t bytes)
{
    int64_t took_ms = clock_ms() - in_hand->taken_ms;
    relay_metrics_report_processed(origin->state, (uint64_t)took_ms * 1000, bytes);
}

static void count_dismissed(const struct in_hand_origin *origin, const struct in_hand *in_hand,
                            enum relay_report_result result)
{
    if (origin->kind == RELAY_KIND_REPORT) {
        relay_metrics_report(origin->state, result);
        in_hand_processed(origin, in_hand, in_hand->file.message.len);
    }
}

void in_hand_dismiss(const struct in_hand_origin *origin, struct in_hand *in_hand, enum spool_verdict verdict,
                     const char *reason)
{
    switch (verdict) {
    case SPOOL_READY:
        break;
    case SPOOL_NOTHING:
        log_trouble(LOG_LEVEL_DEBUG, "nothing to store", in_hand, "all reports are of skipped event types");
        count_dismissed(origin, in_hand, RELAY_REPORT_OK);
        relay_state_count_activity(origin->state, RELAY_ACTIVITY_DONE, time(NULL));
        in_hand_leave(origin, in_hand);
        break;
    case SPOOL_GONE:
        dispatch_done(origin->dispatch, in_hand->run);
        break;
    case SPOOL_RETRY:
        in_hand_put_off(origin, in_hand, reason, 0);
        break;
    case SPOOL_REFUSED:
        count_dismissed(origin, in_hand, in_hand->file.unknown_node ? RELAY_REPORT_INVALID : RELAY_REPORT_ERROR);
        in_hand_refuse(origin, in_hand, reason);
        break;
    }
}

int64_t in_hand_age_ms(const struct in_hand *in_hand)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const struct timespec *then = &in_hand->file.status.st_mtim;
    return (now.tv_sec - then->tv_sec) * INT64_C(1000) + (now.tv_nsec - then->tv_nsec) / 1000000;
}
