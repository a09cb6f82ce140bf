/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_route: which server a shared file is for.
 *
 * Source: PROTOCOL.md sections 2 and 11. A target that is our neighbour has its files here; one behind a relay below
 * us there; for any other root knows no way, and a relay asks the server above.
 *
 * Two servers whose node lists contradict each other could send a request to and fro for ever. So each one adds itself
 * to Via (RFC 9110 section 7.6.3), and a request that comes a second time, or has come through too many, ends.
 */
#ifndef RELAY_SHARED_FILES_SHARED_ROUTE_H
#define RELAY_SHARED_FILES_SHARED_ROUTE_H

#include <stdbool.h>

#include "relay/node_id.h"
#include "relay/node_index.h"

enum shared_way {
    SHARED_HERE,
    SHARED_BELOW,   /* at the relay next_hop */
    SHARED_ABOVE,   /* at the upstream, or it knows more */
    SHARED_NOWHERE, /* this is root, and nobody knows the node */
};

struct shared_route {
    enum shared_way way;
    char next_hop[NODE_ID_SIZE];
};

/* me: our node id. */
void shared_route_find(struct shared_route *route, struct node_index *index, const char *me, const char *target);

/* Has a request with this Via (may be NULL) been here already, or come through more servers than there are levels? */
bool shared_route_is_loop(const char *via, const char *me);

#endif
