/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * orders: the orders that some targets have not begun, and those whose output somebody waits for.
 *
 * An order has a ticket and targets: nodes, and hubs of relays below. A target is
 *   open     until it was given to the node
 *   given    it may have begun; it is given again if the node asks with a lower ticket
 *   begun    the node said so: it asked with this ticket or a higher one, or sent output
 *   over     the run has ended, or it is too late for it to begin
 * An order has a file until no target is open or given. A hub that starts finds such an order again, open for all
 * targets: a node knows itself what it has begun, and says so by `after`. In memory the order stays as long as somebody
 * watches its runs (run_watch.h). A hub that was killed after the file went has nothing to tell of its runs any more.
 * It says so to the server above, by `told` (upstream_run.h), which then waits for them no longer.
 *
 * An order expires when its time is over: each target that has not begun is logged, and the file is removed.
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
    int64_t given_ms;        /* clock_ms; 0: not yet. If a hub before gave it: when that is heard */
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
    bool taken_up;      /* by a hub that did not make it: some of its runs may have been begun, or be over */
    int64_t expires_ms; /* CLOCK_BOOTTIME */
    int64_t given_ms;   /* clock_ms at its beginning here */
    struct run_watch *watch;
    size_t count;
    struct order_target targets[];
};

/* Reads the orders of the directory. table and state must outlive it. NULL with err. */
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

/* The node asks for its next order; `after` is the last one that it has begun. NULL: there is none. */
struct order_target *orders_next(struct orders *orders, struct wait_node *node, uint64_t after);
/* Notes that the target is given to its node, and adds the text for that to out. */
void orders_give(struct order_target *target, struct buffer *out);

/* The target of this node and ticket; NULL: there is none (any more). */
struct order_target *orders_find(const struct wait_node *node, uint64_t ticket);
void orders_begun(struct order_target *target);
void orders_over(struct order_target *target); /* order and target may not exist any more when it returns */

/* The order's watch has ended. The order may not exist any more when this returns. */
void orders_unwatch(struct order *order);

/* Expires the orders whose time is over. */
void orders_expire(struct orders *orders);

/* Visits all orders; visit may end the watch of the one it is given. */
typedef void orders_visit(void *context, struct order *order);
void orders_walk(struct orders *orders, orders_visit *visit, void *context);
