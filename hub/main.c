/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-hub: see rudder-relay-hub(8). This file is options and start-up.
 */
#include <stdlib.h>

#include "hub.h"
#include "relay/daemon.h"

static const char summary[] =
    "Holds the nodes that wait for an order, and hands orders on to them (connected mode).\n"
    "Until SIGTERM; SIGHUP reloads.";

static int run_hub(const struct relay_config *config, struct err *err)
{
    if (!config->hub.enabled) {
        err_set(err, "hub.enabled is false in the configuration");
        return DAEMON_EXIT_OFF;
    }
    struct hub *hub = hub_start(config, err);
    if (hub == NULL) {
        return DAEMON_EXIT_START;
    }
    hub_run(hub);
    hub_stop(hub);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static const struct daemon_program program = {.name = "hub", .summary = summary, .run = run_hub};
    return daemon_main(&program, argc, argv);
}
