/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-metrics: GET /metrics.
 */
#include "endpoint/endpoint.h"
#include "metrics/metrics.h"

static const struct route routes[] = {
    {"GET", "/metrics", metrics_get},
    {"HEAD", "/metrics", metrics_get},
};

static const struct endpoint_program program = {
    .name = "metrics",
    .summary = "Says what the relay has counted, for Prometheus.",
    .endpoint = RELAY_ENDPOINT_METRICS,
    .routes = {.at = routes, .count = sizeof routes / sizeof *routes},
    .uses_node_index = true,
    .start = metrics_start,
    .stop = metrics_stop,
};

int main(int argc, char **argv)
{
    return endpoint_run(&program, argc, argv);
}
