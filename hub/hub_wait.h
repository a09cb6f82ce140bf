/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_wait: a node that waits. One of its connections is held until there is an order or the time is over.
 *
 * Only the newest connection of a node waits; an older one is answered 204 at once. A request waits for a random time
 * between WAIT_LOW_MS and WAIT_HIGH_MS, so that nodes that came together do not come together again.
 *
 * hub.admission_rate new nodes a second are admitted, and hub.max_waiting in all. The others are answered 503 with a
 * Retry-After that spreads them over the time that those before them take. A node that waited a moment ago is always
 * admitted.
 */
#pragma once

#include "hub_private.h"

enum { WAIT_LOW_MS = 240 * 1000, WAIT_HIGH_MS = 300 * 1000 };

struct wait_session {
    struct hub *hub;
    struct wait_node *node;
    struct http_conn_hold hold;
};
