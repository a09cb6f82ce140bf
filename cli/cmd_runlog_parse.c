/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "relay/runlog_parse.h"
#include "runlog_input.h"
#include "runlog_json.h"

/* Limits that only protect memory. The configuration says which runs the forwarder takes, not this command. */
static const struct runlog_limits limits = {.reports = 10000000, .bytes = SIZE_MAX};

static int print_parsed(const struct command *command, const struct run_info *info, struct slice content)
{
    struct runlog runlog = {0};
    struct err err;
    if (!runlog_parse(&runlog, info, content, &limits, &err)) {
        runlog_free(&runlog); /* a run log that is only cleared keeps its memory */
        return command_failed(command, &err);
    }
    bool printed = runlog_json_print(&runlog, stdout);
    runlog_free(&runlog);
    int status = command_finish(command);
    return printed ? status : COMMAND_FAILED;
}

static bool read_both(const char *file, const char *name, struct run_info *info, struct buffer *content,
                      struct err *err)
{
    if (!runlog_input_read(file, content, err)) {
        return false;
    }
    return run_info_parse(name, strlen(name), info, err) || err_prefix(err, "%s", name);
}

static int parse_file(const struct command *command, const char *file, const char *name)
{
    struct run_info info;
    struct buffer content = {0};
    struct err err;
    int status;
    if (read_both(file, name, &info, &content, &err)) {
        if (slice_starts_with(buffer_slice(&content), "MIME-Version:")) {
            fprintf(stderr, "rudder-relay: this looks like a signed file, and its signature is not looked at here; "
                            "`rudder-relay runlog verify` does that\n");
        }
        status = print_parsed(command, &info, buffer_slice(&content));
    } else {
        status = command_failed(command, &err);
    }
    buffer_free(&content);
    return status;
}

static int cmd_runlog_parse_run(const struct command *command, const struct command_line *line)
{
    const char *file = line->arguments[0];
    const char *name = line->given['n'];
    if (name == NULL && strcmp(file, "-") == 0) {
        return command_usage(command, "standard input has no name: give one with --name");
    }
    return parse_file(command, file, name != NULL ? name : basename(file));
}

static const struct option options[] = {
    {"name", required_argument, NULL, 'n'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_runlog_parse = {
    .name = "runlog parse",
    .synopsis = "[--name NAME] FILE",
    .summary = "print a run log as JSON",
    .help =
        "Prints the run log in FILE as the forwarder understands it, in JSON. Lines that are dropped are told on\n"
        "standard error. FILE is the plain text, gzip if it ends in .gz, zip if it ends in .zip; - is standard input.\n"
        "The name says the node and the time: <datetime>@<node>.log or <node>_<datetime>.log.\n"
        "\n"
        "  -n, --name NAME  take this for the file's name\n"
        "  -h, --help       this text\n"
        "\n"
        "Exit status 1 and a reason when the run is refused.\n",
    .options = options,
    .files = 1,
    .run = cmd_runlog_parse_run,
};
