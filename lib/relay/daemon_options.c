/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/daemon_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "relay/relay_config.h"

static void daemon_usage(FILE *out, const char *name, const char *summary)
{
    fprintf(out,
            "usage: rudder-relay-%s [-c FILE]\n"
            "\n"
            "%s\n"
            "\n"
            "  -c, --config FILE  the configuration (default %s)\n"
            "  -h, --help         this text\n"
            "  -V, --version      the version\n",
            name, summary, relay_config_default_path());
}

int daemon_options_read(const char *name, const char *summary, int argc, char **argv, const char **path)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {0},
    };
    *path = relay_config_default_path();
    int option;
    while ((option = getopt_long(argc, argv, "c:hV", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            *path = optarg;
            break;
        case 'h':
            daemon_usage(stdout, name, summary);
            return EXIT_SUCCESS;
        case 'V':
            printf("rudder-relay-%s %s\n", name, PACKAGE_VERSION);
            return EXIT_SUCCESS;
        default:
            daemon_usage(stderr, name, summary);
            return DAEMON_EXIT_USAGE;
        }
    }
    if (optind < argc) {
        daemon_usage(stderr, name, summary);
        return DAEMON_EXIT_USAGE;
    }
    return -1;
}
