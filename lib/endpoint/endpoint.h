/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * endpoint: the skeleton of a FastCGI program. The skeleton owns the process (command line, configuration, log,
 * signals, the loop over requests, the node index); the program supplies a table of routes and what its handlers share.
 *
 * A process answers one request at a time; several of them share the listener (listener.h), which belongs to systemd or
 * spawn-fcgi, so that a restart loses no request. With --processes a supervisor (supervisor.h) keeps them running.
 * TERM, INT and USR1 let the request in hand finish, then the process ends with 0. HUP reads the logging settings
 * again, and so does a new generation (relay_state.h). A new generation and a new node index are noticed before each
 * request. Each request is counted with its status and its duration, which lasts until the last byte was sent, by
 * whichever process. When a file is the answer (response_attach) and its client is slow, a child soon takes over and
 * sends the rest, so that the process is free for other requests. Before it ends, the process waits up to 20 seconds
 * for such children.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "endpoint/route.h"
#include "relay/relay_config.h"
#include "relay/relay_metrics.h"
#include "util/err.h"

struct endpoint_program {
    const char *name;             /* in the log: "upload" */
    const char *summary;          /* for --help: what the endpoint does, one line */
    enum relay_endpoint endpoint; /* in the metrics */
    struct route_table routes;
    bool uses_node_index;
    /* Makes the state that the handlers share, once. Returning NULL with err ends the program. The configuration
     * outlives the state. May be NULL. */
    void *(*start)(const struct relay_config *config, struct err *err);
    void (*stop)(void *state); /* may be NULL */
    /* Does work without a request. Called between requests, first at the start; it returns after how many seconds it is
     * called again (at least 1). Each process of the program calls it. May be NULL. */
    int64_t (*idle)(void *state);
};

/* main's body. Returns the exit status: 0 when told to stop, 2 for bad usage or configuration, 3 for any other
 * failure. */
int endpoint_run(const struct endpoint_program *program, int argc, char **argv);
