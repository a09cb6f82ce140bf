/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "command.h"

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    const char *given[COMMAND_LETTERS] = {NULL};
    int status;
    if (!command_options(command, argc, argv, options, given, &status)) {
        return status;
    }
    if (argc != optind) {
        return command_usage(command, "it takes no argument but -c FILE");
    }
    struct relay_config *config = command_config(command, given['c']);
    if (config == NULL) {
        return COMMAND_USAGE;
    }
    struct err err;
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
