/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-forwarder: see rudder-relay-forwarder(8). This file is options and start-up.
 */
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "forwarder.h"
#include "relay/daemon.h"

enum { EXIT_GAVE_UP = 1 };

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

static int run_forwarder(const struct relay_config *config, struct err *err)
{
    struct forwarder *forwarder = forwarder_start(config, err);
    if (forwarder == NULL) {
        return DAEMON_EXIT_START;
    }
    int status = forwarder_run(forwarder) ? EXIT_SUCCESS : EXIT_GAVE_UP;
    if (!forwarder_stop(forwarder)) {
        _exit(status); /* a thread still uses the configuration */
    }
    return status;
}

int main(int argc, char **argv)
{
    static const struct daemon_program program = {
        .name = "forwarder",
        .summary = summary,
        .passwords = true,
        .prepare = bound_memory,
        .run = run_forwarder,
    };
    return daemon_main(&program, argc, argv);
}
