/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-virtual: see rudder-relay-virtual(8). This file is options and start-up.
 */
#include <stdlib.h>

#include "relay/daemon_options.h"
#include "util/core_dump.h"
#include "util/log.h"
#include "virtual/virtual.h"

#define LOG_COMPONENT "main"

enum { EXIT_START = 3, EXIT_OFF = 4 };

static const char summary[] =
    "Runs commands for nodes that have no agent, and puts what they print into the spool as run logs of these nodes.\n"
    "Until SIGTERM; SIGHUP reads the nodes' files and the logging settings again.";

static int virtual_not_started(int status, const char *reason)
{
    log_error("cannot start", log_text("reason", reason));
    return status;
}

static int run_virtual(const struct relay_config *config)
{
    struct err err = {0};
    if (!config->virtual_nodes.enabled) {
        return virtual_not_started(EXIT_OFF, "virtual.enabled is false in the configuration");
    }
    struct virtual_daemon *daemon = virtual_start(config, &err);
    if (daemon == NULL) {
        return virtual_not_started(EXIT_START, err.text);
    }
    virtual_loop(daemon);
    virtual_stop(daemon);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const char *path;
    int status = daemon_options_read("virtual", summary, argc, argv, &path);
    if (status >= 0) {
        return status;
    }
    core_dump_off();
    log_start("virtual");
    struct err err = {0};
    struct relay_config *config = relay_config_load(path, &err);
    if (config == NULL || !log_configure(config->logging.level, config->logging.filter, &err)) {
        status = virtual_not_started(DAEMON_EXIT_USAGE, err.text);
    } else {
        status = run_virtual(config);
    }
    relay_config_free(config);
    return status;
}
