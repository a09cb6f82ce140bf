/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-forwarder: see rudder-relay-forwarder(8). This file is options and start-up.
 */
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "forwarder.h"
#include "relay/daemon_options.h"
#include "util/core_dump.h"
#include "util/log.h"

#define LOG_COMPONENT "main"

enum { EXIT_GAVE_UP = 1, EXIT_START = 3 };

static const char summary[] =
    "Brings the run logs that wait in the spool into the database, or on a relay to the policy server\n"
    "above, inventories, too. Until SIGTERM; SIGHUP reloads.";

/* The few threads reuse their buffers, so more than two arenas would only keep memory. Large blocks (a run of
 * megabytes) go back to the system at once; without fixed thresholds glibc adapts them and stops doing so. */
static void bound_memory(void)
{
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    mallopt(M_TRIM_THRESHOLD, 256 << 10);
}

static int start_failed(int status, const struct err *err)
{
    log_error("cannot start", log_text("reason", err->text));
    return status;
}

/* From start to stop. */
static int run_forwarder(const struct relay_config *config)
{
    struct err err = {0};
    struct forwarder *forwarder = NULL;
    if ((forwarder = forwarder_start(config, &err)) == NULL) {
        return start_failed(EXIT_START, &err);
    }
    int status = forwarder_run(forwarder) ? EXIT_SUCCESS : EXIT_GAVE_UP;
    if (!forwarder_stop(forwarder)) {
        _exit(status); /* a thread still uses the configuration */
    }
    return status;
}

int main(int argc, char **argv)
{
    const char *path;
    int status = daemon_options_read("forwarder", summary, argc, argv, &path);
    if (status >= 0) {
        return status;
    }
    core_dump_off();
    log_start("forwarder");
    bound_memory();
    struct err err = {0};
    struct relay_config *config = relay_config_load(path, &err);
    if (config == NULL || !relay_config_load_passwords(config, &err) ||
        !log_configure(config->logging.level, config->logging.filter, &err)) {
        status = start_failed(DAEMON_EXIT_USAGE, &err);
    } else {
        status = run_forwarder(config);
    }
    relay_config_free(config);
    return status;
}
