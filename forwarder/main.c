/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-forwarder: see rudder-relay-forwarder(8). This file is options and start-up.
 */
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"
#include "forwarder.h"

#define LOG_COMPONENT "main"
#include "util/core_dump.h"
#include "util/log.h"

enum { EXIT_GAVE_UP = 1, EXIT_USAGE = 2, EXIT_START = 3 };

static void forwarder_usage(FILE *out)
{
    fprintf(out,
            "usage: rudder-relay-forwarder [-c FILE]\n"
            "\n"
            "Brings the run logs that wait in the spool into the database, or on a relay to the policy server\n"
            "above, inventories, too. Until SIGTERM; SIGHUP reloads.\n"
            "\n"
            "  -c, --config FILE  the configuration (default %s)\n"
            "  -h, --help         this text\n"
            "  -V, --version      the version\n",
            relay_config_default_path());
}

/* Returns the exit status when there is nothing more to do, else -1. */
static int forwarder_options(int argc, char **argv, const char **path)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "c:hV", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            *path = optarg;
            break;
        case 'h':
            forwarder_usage(stdout);
            return EXIT_SUCCESS;
        case 'V':
            puts("rudder-relay-forwarder " PACKAGE_VERSION);
            return EXIT_SUCCESS;
        default:
            forwarder_usage(stderr);
            return EXIT_USAGE;
        }
    }
    if (optind < argc) {
        forwarder_usage(stderr);
        return EXIT_USAGE;
    }
    return -1;
}

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
    const char *path = relay_config_default_path();
    int status = forwarder_options(argc, argv, &path);
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
        status = start_failed(EXIT_USAGE, &err);
    } else {
        status = run_forwarder(config);
    }
    relay_config_free(config);
    return status;
}
