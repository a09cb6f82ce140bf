/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * daemon: the start of a program that takes nothing but the path of its configuration: -c FILE, -h, -V; and what it
 * reads again while it runs. (FastCGI programs have more: endpoint/endpoint.h.)
 */
#pragma once

#include "relay/node_index.h"
#include "relay/relay_config.h"
#include "util/err.h"

/* Exit statuses of a daemon that has not started. */
enum {
    DAEMON_EXIT_USAGE = 2, /* wrong use or configuration */
    DAEMON_EXIT_START = 3,
    DAEMON_EXIT_OFF = 4, /* the configuration turns it off */
};

struct daemon_program {
    const char *name;      /* as in rudder-relay-NAME; the log's word for it */
    const char *summary;   /* what the program does, for its help */
    bool passwords;        /* it needs those that the configuration names files of */
    void (*prepare)(void); /* before the first line of the log; may be NULL */
    /* From start to stop. Returns the exit status; for one of DAEMON_EXIT_*, err says why. */
    int (*run)(const struct relay_config *config, struct err *err);
};

/* Reads options and configuration, and runs. Returns what main returns. */
int daemon_main(const struct daemon_program *program, int argc, char **argv);

/* Takes a new node index, reads the logging settings again. On failure the old ones stay, and the log says so. */
void daemon_refresh_index(struct node_index *index);
void daemon_reload_logging(const struct relay_config *config);
