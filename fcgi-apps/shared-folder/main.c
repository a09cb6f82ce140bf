/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-shared-folder: GET and HEAD below /shared-folder/.
 */
#include "endpoint/endpoint.h"
#include "shared-folder/shared_folder.h"

static const struct route routes[] = {
    {"HEAD", "/shared-folder/**", shared_folder_answer},
    {"GET", "/shared-folder/**", shared_folder_answer},
};

static const struct endpoint_program program = {
    .name = "shared-folder",
    .summary = "Gives the files for all nodes, and says whether a node's copy is still the same.",
    .endpoint = RELAY_ENDPOINT_SHARED_FOLDER,
    .routes = {.at = routes, .count = sizeof routes / sizeof *routes, .relay_api = true},
    .uses_node_index = true,
    .start = shared_folder_start,
    .stop = shared_folder_stop,
};

int main(int argc, char **argv)
{
    return endpoint_run(&program, argc, argv);
}
