/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-shared-files: files that one node shares with another, below /shared-files/.
 */
#include "endpoint/endpoint.h"
#include "shared-files/shared_files.h"

static const struct route routes[] = {
    {"HEAD", "/shared-files/keys/*", shared_files_key},
    {"HEAD", "/shared-files/*/*/*", shared_files_head},
    {"GET", "/shared-files/*/*/*", shared_files_get},
    {"PUT", "/shared-files/*/*/*", shared_files_put},
};

static const struct endpoint_program program = {
    .name = "shared-files",
    .summary = "Takes files that one node shares with another, and says and gives what is there.",
    .endpoint = RELAY_ENDPOINT_SHARED_FILES,
    .routes = {.at = routes, .count = sizeof routes / sizeof *routes, .relay_api = true},
    .uses_node_index = true,
    .start = shared_files_start,
    .stop = shared_files_stop,
    .idle = shared_files_idle,
};

int main(int argc, char **argv)
{
    return endpoint_run(&program, argc, argv);
}
