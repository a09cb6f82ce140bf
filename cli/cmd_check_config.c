/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "command.h"

static int run(const struct command *command, int argc, char **argv)
{
    const char *path = NULL;
    struct err err;
    int status;
    for (int option; (option = command_option(command, argc, argv, command_config_options, &status)) != -1;) {
        if (option == -2) {
            return status;
        }
        path = optarg;
    }
    if (argc != optind) {
        return command_usage(command, "it takes no argument but -c FILE");
    }
    struct relay_config *config = command_config(command, path);
    if (config == NULL) {
        return COMMAND_USAGE;
    }
    bool complete = relay_config_load_passwords(config, &err);
    if (!complete) {
        command_failed(command, &err);
    } else {
        printf("%s: right (this server is %s)\n", config->path, config->general.node_id);
    }
    relay_config_free(config);
    return complete ? command_finish(command) : COMMAND_USAGE;
}

const struct command cmd_check_config = {
    "check-config", "[-c FILE]", "say whether the configuration is right",
    "Reads the configuration, with the password files it names, as the programs do at their start. Unknown keys are\n"
    "told on standard error.\n"
    "\n"
    "  -c, --config FILE  the configuration (default: $RUDDER_RELAY_CONFIG, else " RELAY_SYSCONFDIR "/relay.conf)\n"
    "  -h, --help         this text\n"
    "\n"
    "Exit status 2 and file, line and reason when it is wrong.\n",
    run};
