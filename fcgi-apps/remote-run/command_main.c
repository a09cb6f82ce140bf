/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-remote-run-command: the helper of rudder-relay-remote-run (command_helper.h). systemd starts one for
 * each connection, which is standard input. This file is options and start-up.
 */
#include <stdlib.h>
#include <unistd.h>

#include "relay/daemon_options.h"
#include "relay/relay_config.h"
#include "remote-run/command_helper.h"
#include "util/core_dump.h"
#include "util/log.h"

#define LOG_COMPONENT "command_main"

static const char summary[] =
    "Runs the command of the configuration's remote_run for rudder-relay-remote-run, which asks for it by the\n"
    "connection that is standard input. systemd starts it.";

int main(int argc, char **argv)
{
    const char *path;
    int status = daemon_options_read("remote-run-command", summary, argc, argv, &path);
    if (status >= 0) {
        return status;
    }
    core_dump_off();
    log_start("remote-run-command");
    struct err err = {0};
    struct relay_config *config = relay_config_load(path, &err);
    if (config == NULL || !log_configure(config->logging.level, config->logging.filter, &err)) {
        log_error("cannot start", log_text("reason", err.text));
        status = DAEMON_EXIT_USAGE;
    } else {
        command_helper_serve(config, STDIN_FILENO);
        status = EXIT_SUCCESS;
    }
    relay_config_free(config);
    return status;
}
