/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upstream_run.h"

#include <event2/event_struct.h>
#include <inttypes.h>
#include <stdlib.h>

#include "hub_path.h"
#include "util/backoff.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/random.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "upstream_run"

enum { PIECE_MAX_UP = 256 << 10, PIECE_EVERY_MS = 1000, GIVE_UP_MS = 10 * 60 * 1000, ANSWER_MAX = 256 };

/* More than there can be: the answer is how much there is. */
static const int64_t offset_unknown = 999999999999999;

static const struct backoff run_backoff = {.first_ms = 1000, .ceiling_ms = 60000};

struct upstream_run {
    LIST_ENTRY(upstream_run) link;
    const struct upstream_way *way;
    uint64_t ticket;
    bool output;
    bool cancelled;
    struct buffer lines;  /* that the server above has not taken yet */
    struct buffer answer; /* what the server above answered */
    int64_t offset;       /* of the first of them */
    size_t sending;       /* how many are under way */
    size_t read_at;       /* how many of those libcurl has */
    struct http_transfer *transfer;
    struct event next; /* when the next piece may go */
    unsigned sources;
    unsigned failures;
    int64_t failing_since_ms;
    int status;
};

static void upstream_run_free(struct upstream_run *run)
{
    if (run->transfer != NULL) {
        http_transfer_cancel(run->transfer);
    }
    event_del(&run->next);
    LIST_REMOVE(run, link);
    buffer_free(&run->lines);
    buffer_free(&run->answer);
    free(run);
}

void upstream_run_free_all(struct upstream_run_list *list)
{
    while (!LIST_EMPTY(list)) {
        upstream_run_free(LIST_FIRST(list));
    }
}

static void send_after(struct upstream_run *run, int64_t wait_ms)
{
    event_add(&run->next, &(const struct timeval){.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000});
}

/* ---- the answer ---- */

static void give_up_run(struct upstream_run *run, const char *reason)
{
    char ticket[TICKET_SIZE];
    log_info("output is not sent up any more", log_text("ticket", hub_path_ticket_text(ticket, run->ticket)),
             log_text("reason", reason));
    run->cancelled = true;
    buffer_clear_large(&run->lines, 0);
}

static void try_again(struct upstream_run *run, const struct http_result *result)
{
    const int64_t now_ms = clock_ms();
    run->failing_since_ms = run->failures++ == 0 ? now_ms : run->failing_since_ms;
    if (now_ms - run->failing_since_ms > GIVE_UP_MS) {
        give_up_run(run, result->reason);
        return;
    }
    int64_t wait_ms = backoff_wait_ms(&run_backoff, run->failures, random_number());
    send_after(run, result->retry_after_s > 0 ? clock_later(wait_ms, result->retry_after_s * 1000) : wait_ms);
}

/* The server above has another offset: it has output from before this hub was started. */
static void take_offset(struct upstream_run *run)
{
    static const char prefix[] = "offset = ";
    struct slice text = buffer_slice(&run->answer);
    uint64_t offset;
    slice_take_end(&text, "\n");
    if (slice_starts_with(text, prefix) && hub_path_ticket(slice_behind(text, sizeof prefix - 1), &offset) &&
        offset < INT64_MAX / 2 && (int64_t)offset != run->offset) {
        run->offset = (int64_t)offset;
        send_after(run, PIECE_EVERY_MS);
    } else {
        give_up_run(run, "the server above leaves out what it has not got");
    }
}

static void take_away_sent(struct upstream_run *run)
{
    size_t left = run->lines.len - run->sending;
    if (left > 0) {
        memmove(run->lines.at, run->lines.at + run->sending, left);
    }
    run->lines.len = left;
    run->offset += (int64_t)run->sending;
    run->failures = 0;
}

static bool was_last(const struct upstream_run *run, const struct http_result *result)
{
    return result->outcome == HTTP_ANSWERED && result->status == 204 && run->sources == 0 && run->lines.len == 0;
}

static void run_piece_done(void *context, const struct http_result *result)
{
    struct upstream_run *run = context;
    bool told_end = run->sending == run->lines.len && run->sources == 0;
    int status = result->outcome == HTTP_ANSWERED ? result->status : 0;
    run->transfer = NULL;
    if (status == 204) {
        take_away_sent(run);
        if (told_end && was_last(run, result)) {
            upstream_run_free(run);
            return;
        }
        send_after(run, PIECE_EVERY_MS);
    } else if (status == 409) {
        take_offset(run);
    } else if (status == 410 || status == 400 || status == 403 || status == 404) {
        give_up_run(run, result->reason);
    } else {
        try_again(run, result);
    }
    if (run->cancelled && run->sources == 0) {
        upstream_run_free(run);
    }
}

/* ---- a piece ---- */

static ssize_t run_piece_read(void *context, char *bytes, size_t size)
{
    struct upstream_run *run = context;
    size_t left = run->sending - run->read_at;
    size_t len = left < size ? left : size;
    memcpy(bytes, run->lines.at + run->read_at, len);
    run->read_at += len;
    return (ssize_t)len;
}

static bool run_piece_answer(void *context, const char *bytes, size_t len)
{
    struct upstream_run *run = context;
    size_t room = ANSWER_MAX - run->answer.len;
    buffer_add(&run->answer, bytes, len < room ? len : room);
    return true;
}

static void send_run_piece(struct upstream_run *run)
{
    struct buffer url = {0};
    struct err err = {0};
    const struct http_limits limits = {.connect_ms = 10000, .stall_ms = 30000, .total_ms = 60000};
    run->sending = run->lines.len < PIECE_MAX_UP ? run->lines.len : PIECE_MAX_UP;
    run->read_at = 0;
    buffer_clear(&run->answer);
    buffer_add_format(&url, "%s%020" PRIu64 "?offset=%" PRId64, run->way->url_output, run->ticket, run->offset);
    if (run->sources == 0 && run->sending == run->lines.len) {
        buffer_add_format(&url, "&end=%d", run->status);
    }
    const struct http_request request = {.method = HTTP_PUT,
                                         .url = buffer_cstr(&url),
                                         .pins = run->way->pins,
                                         .body_len = (int64_t)run->sending,
                                         .read = run_piece_read,
                                         .write = run_piece_answer,
                                         .done = run_piece_done,
                                         .context = run,
                                         .limits = &limits};
    run->transfer = http_client_start(run->way->loop->client, &request, &err);
    buffer_free(&url);
    if (run->transfer == NULL) {
        give_up_run(run, err.text);
    } else {
        curl_loop_started(run->way->loop);
    }
}

static void on_next_piece(evutil_socket_t fd, short what, void *context)
{
    struct upstream_run *run = context;
    (void)fd;
    (void)what;
    if (run->cancelled && run->sources == 0) {
        upstream_run_free(run);
    } else if (run->transfer == NULL && !run->cancelled && (run->lines.len > 0 || run->sources == 0)) {
        send_run_piece(run);
        if (run->cancelled && run->sources == 0) {
            upstream_run_free(run);
        }
    }
}

static void wake_run(struct upstream_run *run)
{
    if (run->transfer == NULL && !event_pending(&run->next, EV_TIMEOUT, NULL)) {
        send_after(run, 0);
    }
}

/* ---- sources ---- */

struct upstream_run *upstream_run_new(struct upstream_run_list *list, const struct upstream_way *way, uint64_t ticket,
                                      bool output)
{
    struct upstream_run *run = xcalloc(1, sizeof *run);
    run->way = way;
    run->ticket = ticket;
    run->output = output;
    event_assign(&run->next, way->base, -1, 0, on_next_piece, run);
    LIST_INSERT_HEAD(list, run, link);
    return run;
}

void upstream_run_go_on(struct upstream_run *run)
{
    run->offset = offset_unknown;
}

void upstream_run_write(struct upstream_run *run, struct slice lines)
{
    if (run->output && !run->cancelled && lines.len > 0) {
        buffer_add(&run->lines, lines.at, lines.len);
        wake_run(run);
    }
}

uint64_t upstream_run_told(const struct upstream_run_list *list, uint64_t after)
{
    const struct upstream_run *run;
    uint64_t told = after;
    LIST_FOREACH(run, list, link)
    {
        if (!run->cancelled && run->ticket <= told) {
            told = run->ticket - 1;
        }
    }
    return told;
}

size_t upstream_run_pending(const struct upstream_run *run)
{
    return run->lines.len;
}

void upstream_run_source(struct upstream_run *run)
{
    run->sources++;
}

void upstream_run_source_ended(struct upstream_run *run, int status)
{
    run->status = status > run->status ? status : run->status;
    run->sources--;
    if (run->sources == 0) {
        wake_run(run);
    }
}

bool upstream_run_is_cancelled(const struct upstream_run *run)
{
    return run->cancelled;
}
