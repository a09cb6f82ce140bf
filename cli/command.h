/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command: one subcommand of rudder-relay, a row of the table in main.c.
 *
 * Exit status of each: 0 done, 1 refused or failed, 2 wrong usage or configuration.
 */
#pragma once

#include <getopt.h>
#include <stdbool.h>

#include "relay/relay_config.h"
#include "util/err.h"

enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2 };

enum { COMMAND_LETTERS = 128, COMMAND_ANY_ARGUMENTS = -1 };

/* What was typed behind the command's name. */
struct command_line {
    const char *given[COMMAND_LETTERS]; /* by letter: the argument, "" if it takes none, NULL if not there */
    char **arguments;                   /* the rest, NULL-terminated */
    struct relay_config *config;        /* for a command with wants_config, else NULL */
};

struct command {
    const char *name;             /* one word or two */
    const char *synopsis;         /* what follows the name */
    const char *summary;          /* one line */
    const char *help;             /* paragraphs and options, each line with its line end */
    const struct option *options; /* long ones; the short are their val. With `help`, and `config` for wants_config */
    int files;                    /* how many arguments it takes, 0, 1 or COMMAND_ANY_ARGUMENTS */
    bool wants_config;
    int (*run)(const struct command *command, const struct command_line *line);
};

extern const struct command cmd_adopt;
extern const struct command cmd_check_config;
extern const struct command cmd_drop;
extern const struct command cmd_import_config;
extern const struct command cmd_index;
extern const struct command cmd_purge;
extern const struct command cmd_queue;
extern const struct command cmd_replay;
extern const struct command cmd_runlog_parse;
extern const struct command cmd_runlog_verify;
extern const struct command cmd_sample_config;
extern const struct command cmd_storage;
extern const struct command cmd_virtual;

void command_print_help(const struct command *command);

/* Reads options, arguments and configuration, and runs it. argv[0] is the last word of its name. Returns the exit
 * status. */
int command_run(const struct command *command, int argc, char **argv);

/* Prints "rudder-relay <name>: <formatted>" and where to find help to standard error. Returns COMMAND_USAGE. */
int command_usage(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints "rudder-relay <name>: <reason>" to standard error. Returns COMMAND_FAILED. */
int command_failed(const struct command *command, const struct err *err);

/* Flushes standard output. Returns COMMAND_DONE, or COMMAND_FAILED with a message when something was not written. */
int command_finish(const struct command *command);
