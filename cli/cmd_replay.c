/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "queue_list.h"
#include "relay/inventory_name.h"
#include "relay/spool_set.h"
#include "util/printable.h"

enum { PRINTED_NAME_SIZE = 1024 };

struct tally {
    bool any_age; /* --any-age was given */
    size_t done;
    size_t failed;
};

static void cmd_replay_replay(const struct command *command, struct spool *spool, const char *name, struct tally *tally)
{
    struct err err;
    if (spool_replay(spool, name, tally->any_age, &err)) {
        tally->done++;
    } else {
        command_failed(command, &err);
        tally->failed++;
    }
}

/* Gathers all names first: a file that is put back may fail again at once and would then be found a second time. */
static void replay_all(const struct command *command, struct spool *spool, struct tally *tally)
{
    struct queue_list list;
    struct err err;
    struct tally before = *tally;
    if (!queue_list_read(&list, spool_failed_fd(spool), SIZE_MAX, &err)) {
        command_failed(command, &err);
        tally->failed++;
    }
    for (int signatures = 0; signatures <= 1; signatures++) { /* signatures last: they are sent after what they sign */
        for (size_t i = 0; i < list.kept_count; i++) {
            const char *name = list.kept[i].name;
            if (inventory_name_is_signature(name) == signatures && spool_owns(spool, name)) {
                cmd_replay_replay(command, spool, name, tally);
            }
        }
    }
    queue_list_free(&list);
    printf("%s: %zu put back\n", spool_incoming_path(spool), tally->done - before.done);
}

static bool has_failed(struct spool *spool, const char *name)
{
    return spool != NULL && strchr(name, '/') == NULL &&
           faccessat(spool_failed_fd(spool), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && spool_owns(spool, name);
}

static void replay_named(const struct command *command, const struct spool_set *spools, const char *name,
                         struct tally *tally)
{
    struct tally before = *tally;
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        if (has_failed(spools->each[i], name)) {
            cmd_replay_replay(command, spools->each[i], name, tally);
            if (tally->failed == before.failed) {
                char printed[PRINTED_NAME_SIZE];
                printable_copy(printed, sizeof printed, name, strlen(name));
                printf("%s/%s: put back\n", spool_incoming_path(spools->each[i]), printed);
            }
        }
    }
    if (tally->done == before.done && tally->failed == before.failed) {
        struct err err;
        err_set(&err, "no failed file has the name '%s'; `rudder-relay queue` lists them", name);
        command_failed(command, &err);
        tally->failed++;
    }
}

static int replay_names(const struct command *command, const struct relay_config *config, char **names, bool all,
                        bool any_age)
{
    struct spool_set spools;
    struct tally tally = {.any_age = any_age};
    spool_set_open(&spools, config);
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        if (spools.each[i] == NULL) {
            command_failed(command, &spools.err[i]);
            tally.failed += all;
        } else if (all) {
            replay_all(command, spools.each[i], &tally);
        }
    }
    for (; !all && *names != NULL; names++) {
        replay_named(command, &spools, *names, &tally);
    }
    spool_set_close(&spools);
    int status = command_finish(command);
    return tally.failed > 0 ? COMMAND_FAILED : status;
}

static int cmd_replay_run(const struct command *command, const struct command_line *line)
{
    bool all = line->given['a'] != NULL;
    if (all == (line->arguments[0] != NULL)) {
        return command_usage(command, "it takes the names of failed files, or --all");
    }
    return replay_names(command, line->config, line->arguments, all, line->given['y'] != NULL);
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
