/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-syslog: see rudder-relay-syslog(8). This file is options and start-up.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gather.h"
#include "journal_stream.h"
#include "omprog.h"
#include "privileges.h"
#include "relay/daemon_options.h"
#include "relay/relay_config.h"
#include "util/core_dump.h"
#include "util/log.h"

#define LOG_COMPONENT "main"

enum { SYSLOG_EXIT_START = 3 };

static const char summary[] =
    "Gathers runs of agents that report by syslog. rsyslog starts it (omprog) and hands messages to its standard\n"
    "input; see rudder-relay-syslog.conf.";

static int syslog_start_failed(int status, const struct err *err)
{
    log_error("cannot start", log_text("reason", err->text));
    return status;
}

static int serve(const struct relay_config *config)
{
    struct err err = {0};
    struct gather *gather = gather_open(config, &err);
    if (gather == NULL) {
        return syslog_start_failed(SYSLOG_EXIT_START, &err);
    }
    log_info("started", log_text("directory", config->syslog.directory));
    bool good = omprog_serve(gather, STDIN_FILENO, STDOUT_FILENO);
    log_info("stopped");
    gather_close(gather);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    const char *path;
    int status = daemon_options_read("syslog", summary, argc, argv, &path);
    if (status >= 0) {
        return status;
    }
    core_dump_off();
    signal(SIGPIPE, SIG_IGN);
    umask(027);
    journal_stream_open("rudder-relay-syslog");
    log_start("syslog");
    struct err err = {0};
    struct relay_config *config = relay_config_load(path, &err);
    if (config == NULL || !log_configure(config->logging.level, config->logging.filter, &err)) {
        status = syslog_start_failed(DAEMON_EXIT_USAGE, &err);
    } else if (!config->syslog.enabled) {
        err_set(&err, "%s: syslog.enabled is not set", config->path);
        status = syslog_start_failed(DAEMON_EXIT_USAGE, &err);
    } else if (!privileges_drop(config->syslog.user, &err)) {
        status = syslog_start_failed(SYSLOG_EXIT_START, &err);
    } else {
        status = serve(config);
    }
    relay_config_free(config);
    return status;
}
