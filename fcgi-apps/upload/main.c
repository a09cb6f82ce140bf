/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-upload: PUT to /reports/, /inventories/ and /inventory-updates/.
 */
#include "endpoint/endpoint.h"
#include "upload/upload.h"

static const struct route routes[] = {
    {"PUT", "/reports/*", upload_put_report},
    {"PUT", "/inventories/*", upload_put_inventory},
    {"PUT", "/inventory-updates/*", upload_put_inventory_update},
};

static const struct endpoint_program program = {
    .name = "upload",
    .summary = "Takes run logs and inventories into the spool.",
    .endpoint = RELAY_ENDPOINT_UPLOAD,
    .routes = {.at = routes, .count = sizeof routes / sizeof *routes},
    .uses_node_index = true,
    .start = upload_start,
    .stop = upload_stop,
};

int main(int argc, char **argv)
{
    return endpoint_run(&program, argc, argv);
}
