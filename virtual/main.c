/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-virtual: see rudder-relay-virtual(8). This file is options and start-up.
 */
#include <stdlib.h>

#include "relay/daemon.h"
#include "virtual/virtual.h"

static const char summary[] =
    "Runs commands for nodes that have no agent, and puts what they print into the spool as run logs of these nodes.\n"
    "Until SIGTERM; SIGHUP reads the nodes' files and the logging settings again.";

static int run_virtual(const struct relay_config *config, struct err *err)
{
    if (!config->virtual_nodes.enabled) {
        err_set(err, "virtual.enabled is false in the configuration");
        return DAEMON_EXIT_OFF;
    }
    struct virtual_daemon *daemon = virtual_start(config, err);
    if (daemon == NULL) {
        return DAEMON_EXIT_START;
    }
    virtual_loop(daemon);
    virtual_stop(daemon);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static const struct daemon_program program = {.name = "virtual", .summary = summary, .run = run_virtual};
    return daemon_main(&program, argc, argv);
}
