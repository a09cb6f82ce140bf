/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * wait_table: what the hub knows of each node that has waited since the hub was started, or has an order.
 *
 * A node has an entry by its key (hub_path.h); the hub of a relay below has one of its own. The table owns the entries.
 * wait_table_sweep removes those that are not in use and whose node is not in the node index any more, so the table
 * does not grow beyond the node list. Times are milliseconds of clock_ms.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "hub_path.h"
#include "util/slice.h"

struct http_conn;
struct order_target;
TAILQ_HEAD(order_target_list, order_target);

struct wait_node {
    TAILQ_ENTRY(wait_node) link;      /* private */
    struct order_target_list targets; /* its orders, tickets ascending; orders.h links them */
    struct http_conn *conn;           /* in which it waits; NULL: it does not */
    struct wait_session *session;     /* of that connection; hub_wait.h */
    uint64_t after;                   /* the highest ticket that it says it has begun */
    uint64_t told;                    /* a relay's hub: up to this ticket it has no more to tell; else 0 */
    int64_t seen_ms;                  /* when it was last heard of; 0: never */
    int64_t given_ms;                 /* when it was given an order whose run has not ended; 0: none */
    unsigned conns;                   /* its connections */
    bool vanished;                    /* the log says that it is gone */
    char key[];
};

struct wait_table;

struct wait_table *wait_table_new(void);
void wait_table_free(struct wait_table *table);

struct wait_node *wait_table_find(const struct wait_table *table, const char *key); /* NULL: none */
struct wait_node *wait_table_get(struct wait_table *table, struct slice key);       /* makes it where there is none */

/* Does it run what it was given? (By the hub's own guess: not for longer than minutes.) */
bool wait_node_runs(const struct wait_node *node, int64_t now_ms);

/* Is it waiting, was it within the last half minute, or does it run what it was given? */
bool wait_node_is_there(const struct wait_node *node, int64_t now_ms);

/* Visits all. visit may not add or remove any. */
typedef void wait_table_visit(void *context, struct wait_node *node);
void wait_table_walk(struct wait_table *table, wait_table_visit *visit, void *context);

/* Removes the entries that nobody uses and whose node is not known (any more). */
typedef bool wait_table_known(void *context, const char *node_id);
void wait_table_sweep(struct wait_table *table, wait_table_known *known, void *context);
