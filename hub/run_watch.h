/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_watch: somebody who waits for the runs of an order, and for their output: a program at the local socket, or the
 * server above.
 *
 * Whole lines of all nodes go to the sink (util/line_merge.h), and a line "rudder-relay: node ..." for each run that
 * did not end well. A node that is not given the order within BEGIN_MS, or whose run does not end within
 * remote_run.timeout after that, gets such a line, and is not waited for any more; the order stays until it expires.
 * The watch ends when no node is left.
 *
 * None of these functions calls the sink or frees anything before it returns: an event of the watch does. So a caller
 * may walk orders and targets meanwhile. The watch frees itself.
 */
#pragma once

#include <event2/event.h>
#include <stdbool.h>

#include "orders.h"

struct run_watch_sink {
    void (*write)(void *context, struct slice lines);
    void (*end)(void *context, int status); /* the worst exit status; 255 for a run whose end is not known */
    size_t (*pending)(void *context);       /* bytes that were written and have not gone yet */
    void *context;
};

/* Watches all targets of the order, which has no watch yet. sink is copied. */
struct run_watch *run_watch_new(struct event_base *base, struct order *order, const struct relay_config *config,
                                const struct run_watch_sink *sink);

/* The sink is gone: it is not called any more. The runs go on. */
void run_watch_cancel(struct run_watch *watch);

/* Has the sink so much left to write that no more output should be taken for now? */
bool run_watch_is_full(const struct run_watch *watch);

void run_watch_output(struct run_watch *watch, struct order_target *target, struct slice piece);
void run_watch_ended(struct run_watch *watch, struct order_target *target, int status);
void run_watch_lost(struct run_watch *watch, struct order_target *target, const char *why);
void run_watch_say(struct run_watch *watch, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Gives up targets whose time is over. To be called about once a second. */
void run_watch_check(struct run_watch *watch);
