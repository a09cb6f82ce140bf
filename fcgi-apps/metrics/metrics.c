/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/metrics.h"

#include <stdlib.h>
#include <time.h>

#include "config.h"
#include "metrics/metrics_page.h"
#include "util/xmalloc.h"

struct metrics {
    const struct relay_config *config;
    struct metrics_lines *lines;
    struct process_stats process;
    struct cert_stats certificates;
};

void *metrics_start(const struct relay_config *config, struct err *err)
{
    (void)err;
    struct metrics *metrics = xcalloc(1, sizeof *metrics);
    metrics->config = config;
    metrics->lines = metrics_lines_new();
    return metrics;
}

void metrics_stop(void *state)
{
    struct metrics *metrics = state;
    metrics_lines_free(metrics->lines);
    free(metrics);
}

/* Without an index there are no nodes. */
static struct metrics_now look(struct metrics *metrics, struct node_index *index)
{
    struct metrics_now now = {.version = PACKAGE_VERSION, .certificates = &metrics->certificates};
    cert_stats_read(&metrics->certificates, metrics->config, index, time(NULL));
    if (process_stats_read(&metrics->process)) {
        now.process = &metrics->process;
    }
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
    struct metrics *metrics = state;
    struct metrics_now now = look(metrics, request->index);
    response_empty(response, 200);
    response_header(response, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response_header(response, "Cache-Control", "no-store");
    metrics_page_add(metrics->lines, request->relay_state, &now, &response->body);
}
