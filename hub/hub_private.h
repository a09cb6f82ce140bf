/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_private: what the parts of the hub share. Everything happens in one thread, in libevent's loop.
 */
#pragma once

#include <event2/event.h>
#include <stdbool.h>

#include "http_conn.h"
#include "hub_path.h"
#include "orders.h"
#include "relay/node_index.h"
#include "relay/relay_config.h"
#include "relay/relay_state.h"
#include "token_bucket.h"
#include "wait_table.h"

enum { HUB_NODE_CONNS_MAX = 4, HUB_PIECE_MAX = 256 << 10, HUB_FORM_MAX = 4 << 20 };

struct hub_upstream;
struct hub_listeners;

struct hub {
    const struct relay_config *config;
    struct relay_state *state;
    struct event_base *base;
    struct node_index *index; /* NULL: there is none yet */
    struct http_conn_set *conns;
    struct wait_table *table;
    struct orders *orders;
    struct hub_listeners *listeners;
    struct hub_upstream *upstream; /* NULL: no server above, or it is not asked */
    struct token_bucket admission;
    size_t waiting;
    size_t refused; /* by the admission rate; falls by that rate each second */
};

/* hub_client.c: is the client the node of the path? False: it was refused. */
bool hub_client_is_node(struct hub *hub, struct http_conn *conn, const struct http_head *head,
                        const struct hub_path *path);

/* hub_wait.c: GET wait/... */
void hub_wait(struct hub *hub, struct http_conn *conn, const struct hub_path *path);
/* Gives the node its next order if it waits. */
void hub_wait_offer(struct hub *hub, struct wait_node *node);
/* Logs the nodes that have vanished, and sets the metrics. To be called every few seconds. */
void hub_wait_look(struct hub *hub);

/* hub_output.c: PUT output/... */
void hub_output(struct hub *hub, struct http_conn *conn, const struct hub_path *path, struct slice body);

/* hub_orders.c: POST /orders */
void hub_orders(struct hub *hub, struct http_conn *conn, struct slice form);

/* hub_targets.c: the nodes that can be reached, as targets of an order: a node by its own key, nodes below a relay by
 * the key of the relay's hub. */
struct hub_targets {
    struct order_text_target *at;
    size_t count, room;
    struct hub_relay_nodes *relays; /* private: owns their lists */
    size_t relay_count, relay_room;
    struct slice *absent; /* ids that no connection leads to, where they are wanted */
    size_t absent_count, absent_room;
};
void hub_targets_of(struct hub *hub, struct hub_targets *targets, const struct slice *ids, size_t count);
void hub_targets_all(struct hub *hub, struct hub_targets *targets, bool want_absent);
void hub_targets_free(struct hub_targets *targets);

/* hub_status.c: GET /status */
void hub_status(struct hub *hub, struct http_conn *conn);
