/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_watch.h"

#include <event2/event_struct.h>
#include <stdarg.h>
#include <stdlib.h>

#include "util/buffer.h"
#include "util/clock.h"
#include "util/err.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "run_watch"

enum { BEGIN_MS = 60 * 1000, FULL = 4 << 20 /* bytes */, STATUS_UNKNOWN = 255 };

struct run_watch {
    struct order *order;
    const struct relay_config *config;
    struct run_watch_sink sink;
    struct event flush;
    struct buffer lines;
    size_t left; /* targets that are watched */
    int status;
    bool cancelled;
};

/* The watch does not exist any more after this. */
static void run_watch_finish(struct run_watch *watch)
{
    if (!watch->cancelled) {
        watch->sink.end(watch->sink.context, watch->status);
    }
    event_del(&watch->flush);
    buffer_free(&watch->lines);
    orders_unwatch(watch->order);
    free(watch);
}

static void on_flush(evutil_socket_t fd, short what, void *context)
{
    struct run_watch *watch = context;
    (void)fd;
    (void)what;
    if (!watch->cancelled && watch->lines.len > 0) {
        watch->sink.write(watch->sink.context, buffer_slice(&watch->lines));
    }
    buffer_clear_large(&watch->lines, 0);
    if (watch->cancelled || watch->left == 0) {
        run_watch_finish(watch);
    }
}

static void run_watch_wake(struct run_watch *watch)
{
    event_active(&watch->flush, EV_TIMEOUT, 0);
}

struct run_watch *run_watch_new(struct event_base *base, struct order *order, const struct relay_config *config,
                                const struct run_watch_sink *sink)
{
    struct run_watch *watch = xcalloc(1, sizeof *watch);
    watch->order = order;
    watch->config = config;
    watch->sink = *sink;
    event_assign(&watch->flush, base, -1, 0, on_flush, watch);
    order->watch = watch;
    for (size_t i = 0; i < order->count; i++) {
        order->targets[i].watched = order->targets[i].state != TARGET_OVER;
        watch->left += order->targets[i].watched;
    }
    if (watch->left == 0) {
        run_watch_wake(watch);
    }
    return watch;
}

void run_watch_cancel(struct run_watch *watch)
{
    watch->cancelled = true;
    run_watch_wake(watch);
}

bool run_watch_is_full(const struct run_watch *watch)
{
    return watch->lines.len + watch->sink.pending(watch->sink.context) > FULL;
}

void run_watch_output(struct run_watch *watch, struct order_target *target, struct slice piece)
{
    line_merge_add(&target->merge, piece.at, piece.len, &watch->lines);
    run_watch_wake(watch);
}

void run_watch_say(struct run_watch *watch, const char *format, ...)
{
    struct err said;
    va_list args;
    va_start(args, format);
    err_vset(&said, format, args);
    va_end(args);
    buffer_add_format(&watch->lines, "rudder-relay: %s\n", said.text);
    run_watch_wake(watch);
}

static void leave_target(struct run_watch *watch, struct order_target *target, int status)
{
    line_merge_end(&target->merge, &watch->lines);
    line_merge_free(&target->merge);
    target->watched = false;
    watch->left--;
    watch->status = status > watch->status ? status : watch->status;
    run_watch_wake(watch);
}

void run_watch_ended(struct run_watch *watch, struct order_target *target, int status)
{
    if (target->watched) {
        leave_target(watch, target, status);
        if (status != 0 && target->nodes == NULL) { /* a relay has said itself which of its nodes did not end well */
            run_watch_say(watch, "node %s: the run ended with status %d", target->node->key, status);
        }
    }
}

void run_watch_lost(struct run_watch *watch, struct order_target *target, const char *why)
{
    if (target->watched) {
        struct slice id = slice_from_str(target->node->key);
        bool relay = slice_take_end(&id, HUB_BELOW);
        leave_target(watch, target, STATUS_UNKNOWN);
        run_watch_say(watch, "%s %.*s: %s", relay ? "relay" : "node", (int)id.len, id.at, why);
        log_warn("a run is waited for no longer", log_text("node", target->node->key), log_text("reason", why));
    }
}

void run_watch_check(struct run_watch *watch)
{
    const int64_t now_ms = clock_ms();
    const int64_t timeout_ms = watch->config->remote_run.timeout * 1000;
    for (size_t i = 0; i < watch->order->count; i++) {
        struct order_target *target = &watch->order->targets[i];
        if (target->watched && target->given_ms == 0 && now_ms - watch->order->given_ms > BEGIN_MS) {
            run_watch_lost(watch, target, "it has not come for the order yet, which waits for it until it expires");
        } else if (target->watched && target->given_ms > 0 && now_ms - target->given_ms > timeout_ms) {
            run_watch_lost(watch, target, "its run takes longer than remote_run.timeout");
        }
    }
}
