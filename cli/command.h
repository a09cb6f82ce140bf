/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command: one subcommand of rudder-relay, a row of the table in main.c.
 *
 * Exit status of each: 0 done, 1 refused or failed, 2 wrong usage or configuration.
 */
#ifndef RELAY_CLI_COMMAND_H
#define RELAY_CLI_COMMAND_H

#include <getopt.h>
#include <stdbool.h>

#include "relay/relay_config.h"
#include "util/err.h"

enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2 };

struct command {
    const char *name;     /* one word or two */
    const char *synopsis; /* what follows the name */
    const char *summary;  /* one line */
    const char *help;     /* paragraphs and options, each line with its line end */
    int (*run)(const struct command *command, int argc, char **argv); /* argv[0] is "rudder-relay <name>" */
};

extern const struct command cmd_check_config;
extern const struct command cmd_index;
extern const struct command cmd_queue;
extern const struct command cmd_replay;
extern const struct command cmd_runlog_parse;
extern const struct command cmd_runlog_verify;
extern const struct command cmd_sample_config;

void command_print_help(const struct command *command);

/* "rudder-relay <name>: <formatted>" and how to go on, to standard error. Returns COMMAND_USAGE. */
int command_usage(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "rudder-relay <name>: <reason>" to standard error. Returns COMMAND_FAILED. */
int command_failed(const struct command *command, const struct err *err);

/* Flushes standard output: COMMAND_DONE, or COMMAND_FAILED with a message when something could not be written. */
int command_finish(const struct command *command);

/* Reads the options, wherever they stand: given[letter] is an option's argument, "" for one that takes none, NULL for
 * one that is not there. Short options are the val of the long ones. optind is then the first argument that is no
 * option. False when the command is at its end already (--help, wrong options), *status being how to exit. */
enum { COMMAND_LETTERS = 128 };
bool command_options(const struct command *command, int argc, char **argv, const struct option *options,
                     const char *given[COMMAND_LETTERS], int *status);

/* NULL after a message; the caller then exits with COMMAND_USAGE. */
struct relay_config *command_config(const struct command *command, const char *path);

#endif
