/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "command.h"

static int cmd_sample_config_run(const struct command *command, const struct command_line *line)
{
    if (line->given['m'] != NULL) {
        relay_config_print_manual(stdout);
    } else {
        relay_config_print_sample(stdout);
    }
    return command_finish(command);
}

static const struct option options[] = {
    {"mdoc", no_argument, NULL, 'm'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_sample_config = {
    .name = "sample-config",
    .synopsis = "",
    .summary = "print a commented configuration file with every key and its default",
    .help = "Prints a configuration file that says nothing: every key, explained, with its default, as a comment.\n"
            "\n"
            "  -m, --mdoc  the same as the section of relay.conf(5) that is made from it\n"
            "  -h, --help  this text\n",
    .options = options,
    .run = cmd_sample_config_run,
};
