/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_wait: a node that waits: one connection of it, held until there is an order for it or its time is over.
 *
 * The newest connection of a node counts, an older one is answered 204 at once. A request waits WAIT_LOW_MS to
 * WAIT_HIGH_MS, a random time, so that nodes that came together do not stay together.
 *
 * Who comes anew passes the admission: hub.admission_rate nodes a second, hub.max_waiting in all. Others are answered
 * 503 with Retry-After, spread over the time that those before them take. A node that was here a moment ago passes.
 */
#pragma once

#include "hub_private.h"

enum { WAIT_LOW_MS = 240 * 1000, WAIT_HIGH_MS = 300 * 1000 };

struct wait_session {
    struct hub *hub;
    struct wait_node *node;
    struct http_conn_hold hold;
};
