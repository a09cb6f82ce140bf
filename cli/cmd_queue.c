/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "command.h"
#include "queue_report.h"
#include "spool_access.h"
#include "util/xmalloc.h"

enum { SHOWN = 50 }; /* files a directory without --all */

static bool add_directory(const struct command *command, struct queue_report *report, const struct spool *spool,
                          int dir_fd, char *path, size_t limit)
{
    struct queue_directory *directory = &report->directories[report->count++];
    struct err err;
    *directory = (struct queue_directory){.path = path, .failed = dir_fd == spool_failed_fd(spool), .spool = spool};
    if (!queue_list_read(&directory->list, dir_fd, limit, &err)) {
        err_prefix(&err, "%s", path);
        command_failed(command, &err);
        return false;
    }
    return true;
}

/* Those that could be opened. False, after messages, when one could not be read; the others are in the report. */
static bool collect(const struct command *command, const struct spool_set *spools, struct queue_report *report,
                    size_t limit)
{
    bool done = true;
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        const struct spool *spool = spools->each[i];
        if (spool == NULL) {
            continue;
        }
        char *path = xstrdup(spool_incoming_path(spool));
        done = add_directory(command, report, spool, spool_incoming_fd(spool), path, limit) && done;
        if (!spool_set_failed_seen(spools, i)) {
            path = xasprintf("%s/failed", spools->directory[i]);
            done = add_directory(command, report, spool, spool_failed_fd(spool), path, limit) && done;
        }
    }
    return done;
}

static int cmd_queue_run(const struct command *command, const struct command_line *line)
{
    struct spool_set spools;
    struct queue_report report = {.now = time(NULL)};
    bool done = spool_access_open(command, &spools, line->config, SPOOL_ACCESS_LIST);
    done = collect(command, &spools, &report, line->given['a'] != NULL ? SIZE_MAX : SHOWN) && done;
    if (report.count > 0) { /* a table of nothing would say that nothing waits */
        (line->given['j'] != NULL ? queue_report_print_json : queue_report_print)(&report, stdout);
    }
    for (size_t i = 0; i < report.count; i++) {
        queue_list_free(&report.directories[i].list);
        free(report.directories[i].path);
    }
    spool_set_close(&spools);
    int status = command_finish(command);
    return done ? status : COMMAND_FAILED;
}

static const struct option options[] = {
    {"all", no_argument, NULL, 'a'},
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_queue = {
    .name = "queue",
    .synopsis = "[-c FILE] [--all] [--json]",
    .summary = "list what waits and what failed",
    .help =
        "Shows the spool directories: how many files wait and how many failed, their size, the age of the oldest; "
        "then\n"
        "the newest 50 of each, with age since the upload, size, name, and for failed ones the reason.\n"
        "\n"
        "  -a, --all          all files, not the newest 50\n"
        "  -c, --config FILE  the configuration (default: $RUDDER_RELAY_CONFIG, else " RELAY_SYSCONFDIR "/relay.conf)\n"
        "  -j, --json         as JSON, for programs\n"
        "  -h, --help         this text\n",
    .options = options,
    .wants_config = true,
    .run = cmd_queue_run,
};
