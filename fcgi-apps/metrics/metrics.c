/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/metrics.h"

#include <stdlib.h>

#include "config.h"
#include "relay/relay_metrics.h"
#include "util/memory.h"

struct metrics {
    const struct relay_config *config;
};

void *metrics_start(const struct relay_config *config, struct err *err)
{
    (void)err;
    struct metrics *metrics = memory_zero(1, sizeof *metrics);
    metrics->config = config;
    return metrics;
}

void metrics_stop(void *state)
{
    free(state);
}

/* Without an index there are no nodes. */
static struct relay_metrics_now look(const struct metrics *metrics, struct node_index *index)
{
    struct relay_metrics_now now = {.version = PACKAGE_VERSION};
    if (index != NULL) {
        struct node_index_summary summary;
        node_index_summary(index, &summary);
        now.sub_nodes = summary.nodes;
        now.neighbours = node_index_neighbours(index, metrics->config->general.node_id);
    }
    return now;
}

void metrics_get(void *state, struct request *request, struct response *response)
{
    struct relay_metrics_now now = look(state, request->index);
    response_empty(response, 200);
    response_header(response, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response_header(response, "Cache-Control", "no-store");
    relay_metrics_print(request->relay_state, &now, &response->body);
}
