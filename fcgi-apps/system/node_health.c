/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/node_health.h"

#include <string.h>

struct neighbour_count {
    const char *me;
    uint64_t neighbours;
};

static bool count_neighbour(void *context, struct slice node_id, const struct node_index_entry *entry)
{
    struct neighbour_count *count = context;
    (void)node_id;
    count->neighbours += slice_eq_str(entry->policy_server, count->me);
    return true;
}

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
        struct neighbour_count count = {config->general.node_id, 0};
        (void)node_index_walk(index, count_neighbour, &count, NULL);
        node_index_summary(index, &nodes->summary);
        nodes->neighbours = count.neighbours;
        nodes->built = now.modified[0];
        nodes->counted = now;
    }
}
