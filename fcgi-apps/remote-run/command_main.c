/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-remote-run-command: the helper of rudder-relay-remote-run (command_helper.h). systemd starts one for
 * each connection, which is standard input. This file is options and start-up.
 */
#include <stdlib.h>
#include <unistd.h>

#include "relay/daemon.h"
#include "remote-run/command_helper.h"

static const char summary[] =
    "Runs the command of the configuration's remote_run for rudder-relay-remote-run, which asks for it by the\n"
    "connection that is standard input. systemd starts it.";

static int run_command_helper(const struct relay_config *config, struct err *err)
{
    (void)err;
    command_helper_serve(config, STDIN_FILENO);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static const struct daemon_program program = {
        .name = "remote-run-command", .summary = summary, .run = run_command_helper,
    };
    return daemon_main(&program, argc, argv);
}
