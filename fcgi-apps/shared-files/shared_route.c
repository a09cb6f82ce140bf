/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_route.h"

#include <string.h>

#include "util/slice.h"

/* Up all levels and down again. */
enum { MAX_SERVERS = 2 * NODE_INDEX_MAX_LEVELS };

void shared_route_find(struct shared_route *route, struct node_index *index, const char *me, const char *target)
{
    struct slice next_hop;
    *route = (struct shared_route){.way = strcmp(me, "root") == 0 ? SHARED_NOWHERE : SHARED_ABOVE};
    if (!node_index_next_hop(index, me, target, &next_hop) || next_hop.len >= sizeof route->next_hop) {
        return;
    }
    if (slice_is(next_hop, target)) {
        route->way = SHARED_HERE;
        return;
    }
    route->way = SHARED_BELOW;
    memcpy(route->next_hop, next_hop.at, next_hop.len);
}

/* One element of Via: `<protocol> <name>`, perhaps with a comment behind. */
static bool names(struct slice element, const char *me)
{
    while (element.len > 0 && (element.at[0] == ' ' || element.at[0] == '\t')) {
        element.at++;
        element.len--;
    }
    const char *blank = element.len > 0 ? memchr(element.at, ' ', element.len) : NULL;
    if (blank == NULL) {
        return false;
    }
    struct slice name = {blank + 1, (size_t)(element.at + element.len - blank - 1)};
    const char *end = memchr(name.at, ' ', name.len);
    name.len = end != NULL ? (size_t)(end - name.at) : name.len;
    return slice_is(name, me);
}

bool shared_route_is_loop(const char *via, const char *me)
{
    size_t servers = 0;
    for (const char *at = via; at != NULL && *at != '\0'; servers++) {
        struct slice element = {at, strcspn(at, ",")};
        if (names(element, me)) {
            return true;
        }
        at += element.len + (at[element.len] == ',');
    }
    return servers > MAX_SERVERS;
}
