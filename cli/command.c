/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SHORT_OPTIONS_SIZE = 32 };

void command_print_help(const struct command *command)
{
    const char *space = command->synopsis[0] != '\0' ? " " : "";
    printf("usage: rudder-relay %s%s%s\n\n%s", command->name, space, command->synopsis, command->help);
}

int command_usage(const struct command *command, const char *format, ...)
{
    struct err err;
    va_list args;
    va_start(args, format);
    err_vset(&err, format, args);
    va_end(args);
    fprintf(stderr, "rudder-relay %s: %s\nTry: rudder-relay %s --help\n", command->name, err.text, command->name);
    return COMMAND_USAGE;
}

int command_failed(const struct command *command, const struct err *err)
{
    fprintf(stderr, "rudder-relay %s: %s\n", command->name, err->text);
    return COMMAND_FAILED;
}

int command_finish(const struct command *command)
{
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        struct err err;
        err_set_errno(&err, errno, "standard output");
        return command_failed(command, &err);
    }
    return COMMAND_DONE;
}

static void short_options(const struct option *options, char out[SHORT_OPTIONS_SIZE])
{
    size_t len = 0;
    out[len++] = ':'; /* a missing argument is told apart from an unknown option */
    for (; options->name != NULL && len + 2 < SHORT_OPTIONS_SIZE; options++) {
        out[len++] = (char)options->val;
        if (options->has_arg == required_argument) {
            out[len++] = ':';
        }
    }
    out[len] = '\0';
}

/* The word at which getopt stopped, as it was typed; where several letters are in one word, only the letter. */
static int wrong_option(const struct command *command, char **argv)
{
    const char *word = argv[optind - 1];
    const char letter[] = {'-', (char)optopt, '\0'};
    bool is_long = optopt == 0 || strncmp(word, "--", 2) == 0;
    return command_usage(command, "unknown option %s", is_long ? word : letter);
}

/* False when the command must end now; then *status is the exit status. */
static bool command_read_options(const struct command *command, int argc, char **argv, struct command_line *line,
                                 int *status)
{
    char letters[SHORT_OPTIONS_SIZE];
    short_options(command->options, letters);
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, letters, command->options, NULL)) != -1;) {
        if (option == ':') {
            *status = command_usage(command, "%s needs an argument", argv[optind - 1]);
            return false;
        }
        if (option == '?') {
            *status = wrong_option(command, argv);
            return false;
        }
        line->given[option] = optarg != NULL ? optarg : "";
    }
    line->arguments = argv + optind;
    if (line->given['h'] != NULL) {
        command_print_help(command);
        *status = command_finish(command);
        return false;
    }
    if (command->files != COMMAND_ANY_ARGUMENTS && argc - optind != command->files) {
        *status = command_usage(command, "it takes %s", command->files == 0 ? "no argument but options" : "one FILE");
        return false;
    }
    return true;
}

int command_run(const struct command *command, int argc, char **argv)
{
    struct command_line line = {.config = NULL};
    struct err err;
    int status;
    if (!command_read_options(command, argc, argv, &line, &status)) {
        return status;
    }
    if (command->wants_config) {
        const char *path = line.given['c'] != NULL ? line.given['c'] : relay_config_default_path();
        line.config = relay_config_load(path, &err);
        if (line.config == NULL) {
            command_failed(command, &err);
            return COMMAND_USAGE;
        }
    }
    status = command->run(command, &line);
    relay_config_free(line.config);
    return status;
}
