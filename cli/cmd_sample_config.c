/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "command.h"

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option options[] = {
        {"mdoc", no_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    void (*print)(FILE *) = relay_config_print_sample;
    int status;
    for (int option; (option = command_option(command, argc, argv, options, &status)) != -1;) {
        if (option == -2) {
            return status;
        }
        print = relay_config_print_manual;
    }
    if (argc != optind) {
        return command_usage(command, "it takes no argument");
    }
    print(stdout);
    return command_finish(command);
}

const struct command cmd_sample_config = {
    "sample-config", "", "print a commented configuration file with every key and its default",
    "Prints a configuration file that says nothing: every key is there, explained, with its default, commented out.\n"
    "\n"
    "  -m, --mdoc  the same as the section of relay.conf(5) that is made from it\n"
    "  -h, --help  this text\n",
    run};
