/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_route.h"

#include <string.h>

#include "util/slice.h"

void shared_route_find(struct shared_route *route, struct node_index *index, const char *me, const char *target)
{
    struct slice next_hop;
    *route = (struct shared_route){.way = strcmp(me, "root") == 0 ? SHARED_NOWHERE : SHARED_ABOVE};
    if (!node_index_next_hop(index, me, target, &next_hop) || next_hop.len >= sizeof route->next_hop) {
        return;
    }
    if (slice_eq_str(next_hop, target)) {
        route->way = SHARED_HERE;
        return;
    }
    route->way = SHARED_BELOW;
    memcpy(route->next_hop, next_hop.at, next_hop.len);
}
