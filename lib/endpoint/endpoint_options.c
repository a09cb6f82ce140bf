/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/endpoint_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "endpoint/supervisor.h"
#include "relay/relay_config.h"

static void endpoint_print_help(const char *name, const char *summary)
{
    printf("Usage: rudder-relay-%s [-t] [-c FILE] [-n NUMBER]\n"
           "%s\n\n"
           "A FastCGI program: systemd or spawn-fcgi(1) starts it with a listening socket as standard input.\n\n"
           "  -c, --config FILE       read this configuration (default %s)\n"
           "  -n, --processes NUMBER  serve with so many processes, and keep them running\n"
           "  -t, --check             do what a start needs, and end: status 0 when it could serve\n"
           "  -h, --help              print this\n"
           "  -V, --version           print the version\n\n"
           "Signals: TERM, INT, USR1 finish the request in hand and end; HUP reads the logging settings again.\n",
           name, summary, relay_config_default_path());
}

static bool read_processes(const char *name, const char *text, size_t *processes)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number == 0 || number > SUPERVISOR_WORKERS_MAX) {
        fprintf(stderr, "rudder-relay-%s: --processes is a number from 1 to %d\n", name, SUPERVISOR_WORKERS_MAX);
        return false;
    }
    *processes = number;
    return true;
}

bool endpoint_options_read(const char *name, const char *summary, int argc, char **argv,
                           struct endpoint_options *options, int *status)
{
    static const struct option known[] = {
        {"check", no_argument, NULL, 't'},   {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},    {"processes", required_argument, NULL, 'n'},
        {"version", no_argument, NULL, 'V'}, {0}};
    *options = (struct endpoint_options){.config = relay_config_default_path()};
    *status = ENDPOINT_EXIT_USAGE;
    for (int option; (option = getopt_long(argc, argv, "c:hn:Vt", known, NULL)) != -1;) {
        switch (option) {
        case 'c':
            options->config = optarg;
            break;
        case 'n':
            if (!read_processes(name, optarg, &options->processes)) {
                return false;
            }
            break;
        case 't':
            options->check = true;
            break;
        case 'h':
            endpoint_print_help(name, summary);
            *status = EXIT_SUCCESS;
            return false;
        case 'V':
            printf("rudder-relay-%s %s\n", name, PACKAGE_VERSION);
            *status = EXIT_SUCCESS;
            return false;
        default:
            return false;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "rudder-relay-%s: unexpected argument '%s'\n", name, argv[optind]);
        return false;
    }
    return true;
}
