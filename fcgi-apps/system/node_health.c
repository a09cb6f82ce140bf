/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/node_health.h"

#include <string.h>

void node_health_collect(struct node_health *nodes, const struct relay_config *config, struct node_index *index)
{
    struct node_index_source now;
    nodes->known = index != NULL;
    if (index == NULL) {
        nodes->counted = (struct node_index_source){0};
        return;
    }
    nodes->current = node_index_current(config->general.nodes_list_file, config->general.nodes_certs_file,
                                        config->general.node_index_file);
    node_index_source_of(config->general.node_index_file, &now);
    if (memcmp(&now, &nodes->counted, sizeof now) != 0) {
        node_index_summary(index, &nodes->summary);
        nodes->neighbours = node_index_neighbours(index, config->general.node_id);
        nodes->built = now.modified[0];
        nodes->counted = now;
    }
}
