/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-system: /system/ for administrators and the web application, at the local listener alone.
 */
#include "endpoint/endpoint.h"
#include "system/system.h"

static const struct route routes[] = {
    {"GET", "/system/info", system_get_info},   {"GET", "/system/status", system_get_status},
    {"GET", "/system/queue", system_get_queue}, {"POST", "/system/reload", system_post_reload},
    {"GET", "/system/", system_get_page},       {"GET", "/system", system_get_page},
};

static const struct endpoint_program program = {
    .name = "system",
    .summary = "Says how the relay is, as JSON and as a page for people, and reloads it.",
    .endpoint = RELAY_ENDPOINT_SYSTEM,
    .routes = {.at = routes, .count = sizeof routes / sizeof *routes, .relay_api = true},
    .uses_node_index = true,
    .start = system_start,
    .stop = system_stop,
};

int main(int argc, char **argv)
{
    return endpoint_run(&program, argc, argv);
}
