/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_route: which server a shared file is for.
 *
 * Source: PROTOCOL.md sections 2 and 11. The files of a neighbour are kept here, those of a node behind a relay below
 * us on that relay. For any other target a relay asks the server above; root refuses it.
 */
#pragma once

#include "relay/node_id.h"
#include "relay/node_index.h"

enum shared_location {
    SHARED_HERE,
    SHARED_BELOW,   /* at the relay next_hop */
    SHARED_ABOVE,   /* at the upstream, or it knows more */
    SHARED_NOWHERE, /* this is root, and nobody knows the node */
};

struct shared_route {
    enum shared_location way;
    char next_hop[NODE_ID_SIZE];
};

/* me: our node id. */
void shared_route_find(struct shared_route *route, struct node_index *index, const char *me, const char *target);
