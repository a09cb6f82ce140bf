/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "command.h"
#include "purge_compact.h"
#include "purge_plain.h"

static void print_removed(bool dry_run, const char *what, int64_t limit)
{
    char text[64] = "?";
    time_t moment = (time_t)limit;
    struct tm parts;
    if (localtime_r(&moment, &parts) != NULL) {
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S%z", &parts);
    }
    printf("%s%s that began before %s\n", dry_run ? "would remove " : "removed ", what, text);
}

static void print_counts(const struct purge_limits *limits, const struct purge_counts *counts, bool dry_run)
{
    char what[128];
    if (limits->runs != PURGE_NOTHING) {
        snprintf(what, sizeof what, "%" PRId64 " runs (%" PRId64 " rows)", counts->runs, counts->rows);
        print_removed(dry_run, what, limits->runs);
    }
    if (limits->results > limits->runs) {
        snprintf(what, sizeof what, "%" PRId64 " results of runs", counts->results);
        print_removed(dry_run, what, limits->results);
    }
    if (limits->logs > limits->runs) {
        snprintf(what, sizeof what, "%" PRId64 " log entries of runs", counts->logs);
        print_removed(dry_run, what, limits->logs);
    }
}

/* Removes what is old. With compact storage it makes the days to come, too, and days that
 * are over go at once before it looks for single runs. */
static bool purge_storage(struct report_db_conn *conn, const struct purge_limits *limits, bool dry_run,
                          struct purge_counts *counts, struct err *err)
{
    struct report_db_failure failure;
    if (!report_db_conn_open(conn, &failure) || !report_db_storage_ask(conn, &failure)) {
        *err = failure.reason;
        return false;
    }
    bool compact = conn->storage != REPORT_DB_STORAGE_PLAIN;
    return (!compact || dry_run || purge_compact_add_days(conn, err)) &&
           (!compact || purge_compact(conn, limits, dry_run, err)) &&
           purge_plain(conn, compact, limits, dry_run, counts, err);
}

static bool purge(const struct relay_config *config, const struct purge_limits *limits, bool dry_run, struct err *err)
{
    struct purge_counts counts = {0};
    struct report_db_conn conn = {.stop_fd = -1, .statement_seconds = (unsigned)config->database.statement_timeout};
    if (!report_db_conninfo_make(&conn.conninfo, config->database.purge.url, config->database.purge.password,
                                 "rudder-relay purge", err)) {
        return err_prefix(err, "output.database.purge.url");
    }
    bool good = purge_storage(&conn, limits, dry_run, &counts, err);
    report_db_conn_close(&conn);
    report_db_conninfo_free(&conn.conninfo);
    if (good || counts.runs + counts.rows + counts.results + counts.logs > 0) {
        print_counts(limits, &counts, dry_run);
    }
    return good;
}

static int cmd_purge_run(const struct command *command, const struct command_line *line)
{
    struct err err;
    const struct purge_limits limits = purge_limits_at(&line->config->database.purge, time(NULL));
    if (!relay_config_load_purge_password(line->config, &err)) {
        command_failed(command, &err);
        return COMMAND_USAGE;
    }
    if (limits.runs == PURGE_NOTHING && limits.results == PURGE_NOTHING && limits.logs == PURGE_NOTHING) {
        puts("nothing is to be removed: output.database.purge has no keep_runs, keep_results or keep_logs");
        return command_finish(command);
    }
    if (!purge(line->config, &limits, line->given['n'] != NULL, &err)) {
        fflush(stdout);
        return command_failed(command, &err);
    }
    return command_finish(command);
}

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"dry-run", no_argument, NULL, 'n'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_purge = {
    .name = "purge",
    .synopsis = "[-c FILE] [-n]",
    .summary = "remove old runs, results and log entries from the database",
    .help =
        "Removes from the database what is older than output.database.purge.keep_runs, keep_results and keep_logs "
        "say,\n"
        "as the user of output.database.purge.url. It does so in small steps, and may be killed at any time. By\n"
        "rudder-relay-purge.timer it is done every ten minutes.\n"
        "\n"
        "  -n, --dry-run      only say what would be removed\n"
        "  -c, --config FILE  the configuration (default: $RUDDER_RELAY_CONFIG, else " RELAY_SYSCONFDIR "/relay.conf)\n"
        "  -h, --help         this text\n"
        "\n"
        "Exit status 1 when the database could not be used, or not all was removed.\n",
    .options = options,
    .wants_config = true,
    .run = cmd_purge_run,
};
