/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * orders: what was ordered and not begun by all, or whose output somebody waits for.
 *
 * An order has a ticket and targets: nodes, and hubs of relays below. A target is
 *   open     until it was given to the node
 *   given    it may have begun; it is given again if the node asks with a lower ticket
 *   begun    the node said so: it asked with this ticket or a higher one, or sent output
 *   over     the run has ended, or it is too late for it to begin
 * The file goes as soon as no target is open or given; whoever kills the hub before that finds the order again at its
 * next start, open for all targets: what a node has begun it knows itself, by `after`. In memory the order stays while
 * somebody watches its runs (run_watch.h).
 *
 * An order whose time is over expires: it is logged for each target that was not begun, and the file goes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "order_file.h"
#include "order_text.h"
#include "relay/relay_config.h"
#include "relay/relay_state.h"
#include "util/err.h"
#include "util/line_merge.h"
#include "wait_table.h"

struct orders;
struct run_watch;

enum order_target_state { TARGET_OPEN, TARGET_GIVEN, TARGET_BEGUN, TARGET_OVER };

struct order_target {
    TAILQ_ENTRY(order_target) link; /* of its node */
    struct order *order;
    struct wait_node *node;
    char *nodes; /* for a relay's hub; NULL */
    enum order_target_state state;
    bool watched;            /* the order's watch waits for its end */
    int64_t given_ms;        /* clock_ms; 0: not yet */
    int64_t received;        /* bytes of output */
    struct line_merge merge; /* for the watch */
};

struct order {
    TAILQ_ENTRY(order) link;
    struct orders *orders;
    uint64_t ticket;
    uint64_t above;
    char *conditions;
    bool output;
    bool stored;        /* there is a file */
    int64_t expires_ms; /* CLOCK_BOOTTIME */
    int64_t given_ms;   /* clock_ms at its beginning here */
    struct run_watch *watch;
    size_t count;
    struct order_target targets[];
};

/* Takes up what is in the directory. table and state must last. NULL with err. */
struct orders *orders_open(const struct relay_config *config, struct wait_table *table, struct relay_state *state,
                           struct err *err);
void orders_close(struct orders *orders);
size_t orders_count(const struct orders *orders);

/* Stores an order of text->targets, with its conditions, output, seconds (0: the configured lifetime) and above. The
 * ticket is minted. NULL with err: too many, or the disk does not take it. */
struct order *orders_add(struct orders *orders, struct order_text *text, struct err *err);

/* The one that came from the server above with this ticket; NULL: there is none (any more). */
struct order *orders_find_above(const struct orders *orders, uint64_t above);
struct order_files *orders_files(const struct orders *orders);

/* The node asks, having begun `after`. Returns what it is to get; NULL: nothing. */
struct order_target *orders_next(struct orders *orders, struct wait_node *node, uint64_t after);
/* It is given to the node. Adds the text to out. */
void orders_give(struct order_target *target, struct buffer *out);

/* The target of this node and ticket; NULL: there is none (any more). */
struct order_target *orders_find(const struct wait_node *node, uint64_t ticket);
void orders_begun(struct order_target *target);
void orders_over(struct order_target *target); /* order and target may not exist any more when it returns */

/* The watch is no more. The order may not exist any more when it returns. */
void orders_unwatch(struct order *order);

/* Lets those expire whose time is over. */
void orders_expire(struct orders *orders);

/* Visits all orders; visit may end the watch of the one it is given. */
typedef void orders_visit(void *context, struct order *order);
void orders_walk(struct orders *orders, orders_visit *visit, void *context);
