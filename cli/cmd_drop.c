/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <time.h>

#include "failed_files.h"
#include "util/duration.h"

struct age_limit {
    int64_t now;     /* seconds since 1970 */
    int64_t seconds; /* older ones are dropped; below 0: all */
};

static bool drop_is_older(const void *context, const struct spool *spool, const struct queue_file *file)
{
    const struct age_limit *limit = context;
    struct spool_note note;
    if (limit->seconds < 0) {
        return true;
    }
    spool_note_read(spool_failed_fd(spool), file->name, &note);
    return limit->now - (note.time != 0 ? note.time : file->mtime) > limit->seconds;
}

static bool drop_one(const void *context, struct spool *spool, const char *name, struct err *err)
{
    (void)context;
    return spool_drop(spool, name, err);
}

static int cmd_drop_run(const struct command *command, const struct command_line *line)
{
    struct age_limit limit = {.now = time(NULL), .seconds = -1};
    const struct failed_action action = {
        .done = "dropped", .tell_each = true, .wanted = drop_is_older, .act = drop_one, .context = &limit};
    const char *older_than = line->given['o'];
    struct err err;
    if (older_than != NULL && line->given['a'] == NULL) {
        return command_usage(command, "--older-than goes with --all");
    }
    if (older_than != NULL && !duration_parse(older_than, strlen(older_than), &limit.seconds, &err)) {
        return command_usage(command, "--older-than: %s", err.text);
    }
    return failed_files_run(command, line, &action);
}

static const struct option options[] = {
    {"all", no_argument, NULL, 'a'},
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {"older-than", required_argument, NULL, 'o'},
    {0},
};

const struct command cmd_drop = {
    .name = "drop",
    .synopsis = "[-c FILE] NAME... | --all [--older-than DURATION]",
    .summary = "remove failed files for good",
    .help =
        "Removes failed run logs and inventories that can never be stored, with their reasons. Files that wait are\n"
        "never removed.\n"
        "\n"
        "  -a, --all                  all of them\n"
        "  -o, --older-than DURATION  with --all: only those that failed longer ago, as 90min or 7d\n"
        "  -c, --config FILE          the configuration (default: $RUDDER_RELAY_CONFIG, else " RELAY_SYSCONFDIR
        "/relay.conf)\n"
        "  -h, --help                 this text\n"
        "\n"
        "Exit status 1 when one could not be removed, or is not there.\n",
    .options = options,
    .files = COMMAND_ANY_ARGUMENTS,
    .wants_config = true,
    .run = cmd_drop_run,
};
