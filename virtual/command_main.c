/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-virtual-command: the helper of rudder-relay-virtual (command_server.h). systemd starts one for each
 * connection, which is standard input; without systemd it listens by itself. This file is options and start-up.
 */
#include <stdlib.h>
#include <unistd.h>

#include "relay/daemon_options.h"
#include "relay/relay_config.h"
#include "util/core_dump.h"
#include "util/log.h"
#include "virtual/command_server.h"

#define LOG_COMPONENT "command_main"

enum { EXIT_START = 3, EXIT_OFF = 4 };

static const char summary[] =
    "Runs the commands of virtual nodes for rudder-relay-virtual, which asks for it by the connection that is\n"
    "standard input; where that is none, by connections to virtual.command_socket.";

static int command_not_started(int status, const char *reason)
{
    log_error("cannot start", log_text("reason", reason));
    return status;
}

static int run_command_server(const struct relay_config *config)
{
    struct err err = {0};
    if (!config->virtual_nodes.enabled) {
        return command_not_started(EXIT_OFF, "virtual.enabled is false in the configuration");
    }
    if (chdir("/") != 0) {
        return command_not_started(EXIT_START, "there is no way to /");
    }
    if (command_server_is_connection(STDIN_FILENO)) {
        command_server_serve(STDIN_FILENO);
        return EXIT_SUCCESS;
    }
    command_server_listen(config, &err);
    return command_not_started(EXIT_START, err.text);
}

int main(int argc, char **argv)
{
    const char *path;
    int status = daemon_options_read("virtual-command", summary, argc, argv, &path);
    if (status >= 0) {
        return status;
    }
    core_dump_off();
    log_start("virtual-command");
    struct err err = {0};
    struct relay_config *config = relay_config_load(path, &err);
    if (config == NULL || !log_configure(config->logging.level, config->logging.filter, &err)) {
        status = command_not_started(DAEMON_EXIT_USAGE, err.text);
    } else {
        status = run_command_server(config);
    }
    relay_config_free(config);
    return status;
}
