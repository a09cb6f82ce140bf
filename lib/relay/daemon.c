/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/daemon.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "util/core_dump.h"
#include "util/log.h"

#define LOG_COMPONENT "main"

static void daemon_usage(FILE *out, const struct daemon_program *program)
{
    fprintf(out,
            "usage: rudder-relay-%s [-c FILE]\n"
            "\n"
            "%s\n"
            "\n"
            "  -c, --config FILE  the configuration (default %s)\n"
            "  -h, --help         this text\n"
            "  -V, --version      the version\n",
            program->name, program->summary, relay_config_default_path());
}

/* *path becomes the configuration's. Returns the exit status when there is nothing more to do, else -1. */
static int read_daemon_options(const struct daemon_program *program, int argc, char **argv, const char **path)
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
            daemon_usage(stdout, program);
            return EXIT_SUCCESS;
        case 'V':
            printf("rudder-relay-%s %s\n", program->name, PACKAGE_VERSION);
            return EXIT_SUCCESS;
        default:
            daemon_usage(stderr, program);
            return DAEMON_EXIT_USAGE;
        }
    }
    if (optind < argc) {
        daemon_usage(stderr, program);
        return DAEMON_EXIT_USAGE;
    }
    return -1;
}

void daemon_refresh_index(struct node_index *index)
{
    struct err err;
    if (!node_index_refresh(index, &err)) {
        log_error("the new node index cannot be read; the old one stays in use", log_text("reason", err.text));
    }
}

void daemon_reload_logging(const struct relay_config *config)
{
    struct err err;
    if (!relay_config_reload_logging(config->path, &err)) {
        log_error("logging settings not reloaded; the old ones stay", log_text("reason", err.text));
    }
}

int daemon_main(const struct daemon_program *program, int argc, char **argv)
{
    const char *path;
    int status = read_daemon_options(program, argc, argv, &path);
    if (status >= 0) {
        return status;
    }
    core_dump_off();
    if (program->prepare != NULL) {
        program->prepare();
    }
    log_start(program->name);
    struct err err = {0};
    struct relay_config *config = relay_config_load(path, &err);
    bool good = config != NULL && (!program->passwords || relay_config_load_passwords(config, &err)) &&
                log_configure(config->logging.level, config->logging.filter, &err);
    status = good ? program->run(config, &err) : DAEMON_EXIT_USAGE;
    if (status >= DAEMON_EXIT_USAGE) {
        log_error("cannot start", log_text("reason", err.text));
    }
    relay_config_free(config);
    return status;
}
