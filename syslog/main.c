/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-syslog: see rudder-relay-syslog(8). This file is options and start-up.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gather.h"
#include "journal_stream.h"
#include "omprog.h"
#include "privileges.h"
#include "relay/daemon.h"
#include "util/log.h"

#define LOG_COMPONENT "main"

static const char summary[] =
    "Gathers runs of agents that report by syslog. rsyslog starts it (omprog) and hands messages to its standard\n"
    "input; see rudder-relay-syslog.conf.";

static void prepare_syslog(void)
{
    signal(SIGPIPE, SIG_IGN);
    umask(027);
    journal_stream_open("rudder-relay-syslog");
}

static int run_syslog(const struct relay_config *config, struct err *err)
{
    if (!config->syslog.enabled) {
        err_set(err, "%s: syslog.enabled is not set", config->path);
        return DAEMON_EXIT_USAGE;
    }
    struct gather *gather = privileges_drop(config->syslog.user, err) ? gather_open(config, err) : NULL;
    if (gather == NULL) {
        return DAEMON_EXIT_START;
    }
    log_info("started", log_text("directory", config->syslog.directory));
    bool good = omprog_serve(gather, STDIN_FILENO, STDOUT_FILENO);
    log_info("stopped");
    gather_close(gather);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static const struct daemon_program program = {
        .name = "syslog", .summary = summary, .prepare = prepare_syslog, .run = run_syslog,
    };
    return daemon_main(&program, argc, argv);
}
