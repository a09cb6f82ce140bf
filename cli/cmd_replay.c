/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "failed_files.h"

static bool put_back(const void *context, struct spool *spool, const char *name, struct err *err)
{
    const struct command_line *line = context;
    return spool_replay(spool, name, line->given['y'] != NULL, err);
}

static int cmd_replay_run(const struct command *command, const struct command_line *line)
{
    const struct failed_action action = {.done = "put back", .to_origin = true, .act = put_back, .context = line};
    return failed_files_run(command, line, &action);
}

static const struct option options[] = {
    {"all", no_argument, NULL, 'a'},
    {"any-age", no_argument, NULL, 'y'},
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_replay = {
    .name = "replay",
    .synopsis = "[-c FILE] [--any-age] NAME... | --all",
    .summary = "put failed files back among those that wait",
    .help =
        "Moves failed run logs and inventories back to the directory they came from, to be taken up as if they had "
        "just\n"
        "been uploaded, beside others of their name that wait.\n"
        "\n"
        "  -a, --all          all of them\n"
        "  -y, --any-age      also runs that are older than processing.reporting.max_age; the newest of a node counts\n"
        "                     as its present state\n"
        "  -c, --config FILE  the configuration (default: $RUDDER_RELAY_CONFIG, else " RELAY_SYSCONFDIR "/relay.conf)\n"
        "  -h, --help         this text\n"
        "\n"
        "Exit status 1 when one could not be put back, or is not there.\n",
    .options = options,
    .files = COMMAND_ANY_ARGUMENTS,
    .wants_config = true,
    .run = cmd_replay_run,
};
