/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-hub: see rudder-relay-hub(8). This file is options and start-up.
 */
#include <stdlib.h>

#include "hub.h"
#include "relay/daemon_options.h"
#include "util/core_dump.h"
#include "util/log.h"

#define LOG_COMPONENT "main"

enum { EXIT_START = 3, EXIT_OFF = 4 };

static const char summary[] =
    "Holds the nodes that wait for an order, and hands orders on to them (connected mode).\n"
    "Until SIGTERM; SIGHUP reloads.";

static int hub_not_started(int status, const char *reason)
{
    log_error("cannot start", log_text("reason", reason));
    return status;
}

static int run_hub(const struct relay_config *config)
{
    struct err err = {0};
    if (!config->hub.enabled) {
        return hub_not_started(EXIT_OFF, "hub.enabled is false in the configuration");
    }
    struct hub *hub = hub_start(config, &err);
    if (hub == NULL) {
        return hub_not_started(EXIT_START, err.text);
    }
    hub_run(hub);
    hub_stop(hub);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const char *path;
    int status = daemon_options_read("hub", summary, argc, argv, &path);
    if (status >= 0) {
        return status;
    }
    core_dump_off();
    log_start("hub");
    struct err err = {0};
    struct relay_config *config = relay_config_load(path, &err);
    if (config == NULL || !log_configure(config->logging.level, config->logging.filter, &err)) {
        status = hub_not_started(DAEMON_EXIT_USAGE, err.text);
    } else {
        status = run_hub(config);
    }
    relay_config_free(config);
    return status;
}
