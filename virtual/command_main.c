/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-virtual-command: the helper of rudder-relay-virtual (command_server.h). systemd starts one for each
 * connection, which is standard input; without systemd it listens by itself. This file is options and start-up.
 */
#include <stdlib.h>
#include <unistd.h>

#include "relay/daemon.h"
#include "virtual/command_server.h"

static const char summary[] =
    "Runs the commands of virtual nodes for rudder-relay-virtual, which asks for it by the connection that is\n"
    "standard input; where that is none, by connections to virtual.command_socket.";

static int run_command_server(const struct relay_config *config, struct err *err)
{
    if (!config->virtual_nodes.enabled) {
        err_set(err, "virtual.enabled is false in the configuration");
        return DAEMON_EXIT_OFF;
    }
    if (chdir("/") != 0) {
        err_set(err, "there is no way to /");
        return DAEMON_EXIT_START;
    }
    if (command_server_is_connection(STDIN_FILENO)) {
        command_server_serve(STDIN_FILENO);
        return EXIT_SUCCESS;
    }
    command_server_listen(config, err);
    return DAEMON_EXIT_START;
}

int main(int argc, char **argv)
{
    static const struct daemon_program program = {
        .name = "virtual-command",
        .summary = summary,
        .run = run_command_server,
    };
    return daemon_main(&program, argc, argv);
}
