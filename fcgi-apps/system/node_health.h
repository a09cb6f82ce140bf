/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_health: what the node index holds, and whether it is that of the node list as it is now.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "relay/node_index_format.h"
#include "relay/relay_config.h"

struct node_health {
    struct node_index_source counted; /* the index file that the figures are of */
    bool known;                       /* there is an index */
    bool current;                     /* made from list and certificates as they are */
    int64_t built;                    /* seconds since 1970 */
    struct node_index_summary summary;
    uint64_t neighbours; /* nodes whose policy server this one is, as the metrics count them */
};

/* Begins all zero. Nodes are counted anew only when the index is another. index may be NULL. */
void node_health_collect(struct node_health *nodes, const struct relay_config *config, struct node_index *index);
