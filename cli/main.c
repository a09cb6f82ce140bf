/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay: the operator's command, see rudder-relay(1). This file is the table of subcommands.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "config.h"
#include "util/core_dump.h"
#include "util/log.h"

static const struct command *const commands[] = {
    &cmd_queue, &cmd_replay, &cmd_drop,         &cmd_check_config,  &cmd_sample_config, &cmd_import_config,
    &cmd_index, &cmd_purge,  &cmd_storage,      &cmd_runlog_parse,  &cmd_runlog_verify, &cmd_adopt,
    &cmd_virtual,
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void main_print_help(FILE *out)
{
    fputs("usage: rudder-relay COMMAND [ARGUMENT]...\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(out, "  %-14s  %s\n", commands[i]->name, commands[i]->summary);
    }
    fputs("\nrudder-relay COMMAND --help says more of one; rudder-relay(1) is the manual.\n"
          "Exit status: 0 done, 1 refused or failed, 2 wrong usage or configuration.\n",
          out);
}

/* How many words of argv the name is, 0 if it is not there. */
static int main_words_of(const char *name, int argc, char **argv)
{
    size_t first = strcspn(name, " ");
    if (argc < 1 || strlen(argv[0]) != first || memcmp(argv[0], name, first) != 0) {
        return 0;
    }
    if (name[first] == '\0') {
        return 1;
    }
    return argc > 1 && strcmp(argv[1], name + first + 1) == 0 ? 2 : 0;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int unknown(int argc, char **argv)
{
    if (is_help(argv[argc - 1])) { /* rudder-relay runlog --help */
        main_print_help(stdout);
        return COMMAND_DONE;
    }
    struct err err;
    bool two_words = argc > 1 && strcmp(argv[0], "runlog") == 0;
    err_set(&err, "there is no command '%s%s%s'", argv[0], two_words ? " " : "", two_words ? argv[1] : "");
    fprintf(stderr, "rudder-relay: %s\n", err.text);
    main_print_help(stderr);
    return COMMAND_USAGE;
}

static const struct command *main_find(int argc, char **argv, int *words)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        *words = main_words_of(commands[i]->name, argc, argv);
        if (*words > 0) {
            return commands[i];
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int words;
    core_dump_off();
    log_start("rudder-relay");
    log_plain();
    if (argc < 2) {
        main_print_help(stderr);
        return COMMAND_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts(PACKAGE_STRING);
        return COMMAND_DONE;
    }
    bool help = is_help(argv[1]) || strcmp(argv[1], "help") == 0;
    if (help && argc == 2) {
        main_print_help(stdout);
        return COMMAND_DONE;
    }
    const struct command *command = main_find(argc - 1 - help, argv + 1 + help, &words);
    if (command == NULL) {
        return unknown(argc - 1 - help, argv + 1 + help);
    }
    if (help) {
        command_print_help(command);
        return COMMAND_DONE;
    }
    return command_run(command, argc - words, argv + words);
}
