/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-remote-run: POST to /remote-run/.
 */
#include "endpoint/endpoint.h"
#include "remote-run/remote_run.h"

static const struct route routes[] = {
    {"POST", "/remote-run/nodes/*", remote_run_node},
    {"POST", "/remote-run/nodes", remote_run_nodes},
    {"POST", "/remote-run/all", remote_run_all},
};

static const struct endpoint_program program = {
    .name = "remote-run",
    .summary = "Starts agents on nodes, here and by the relays below.",
    .endpoint = RELAY_ENDPOINT_REMOTE_RUN,
    .routes = {.at = routes, .count = sizeof routes / sizeof *routes, .relay_api = true},
    .uses_node_index = true,
    .start = remote_run_start,
    .stop = remote_run_stop,
};

int main(int argc, char **argv)
{
    return endpoint_run(&program, argc, argv);
}
