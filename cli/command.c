/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <errno.h>
#include <stdarg.h>
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
    char why[ERR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    err_set(&err, "%s", why); /* printable */
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

bool command_options(const struct command *command, int argc, char **argv, const struct option *options,
                     const char *given[COMMAND_LETTERS], int *status)
{
    char letters[SHORT_OPTIONS_SIZE];
    short_options(options, letters);
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, letters, options, NULL)) != -1;) {
        if (option == ':') {
            *status = command_usage(command, "%s needs an argument", argv[optind - 1]);
            return false;
        }
        if (option == '?') { /* optopt is the letter, and 0 for a long option */
            const char letter[] = {'-', (char)optopt, '\0'};
            *status = command_usage(command, "unknown option %s", optopt != 0 ? letter : argv[optind - 1]);
            return false;
        }
        given[option] = optarg != NULL ? optarg : "";
    }
    if (given['h'] != NULL) {
        command_print_help(command);
        *status = command_finish(command);
        return false;
    }
    return true;
}

struct relay_config *command_config(const struct command *command, const char *path)
{
    struct err err;
    struct relay_config *config = relay_config_load(path != NULL ? path : relay_config_default_path(), &err);
    if (config == NULL) {
        command_failed(command, &err);
    }
    return config;
}
