/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run: one remote-run from its first command to its last line: the nodes that wait at the hub, the commands here and
 * the requests to relays, side by side.
 */
#pragma once

#include "relay/node_index.h"
#include "relay/relay_config.h"
#include "relay/remote_run_request.h"
#include "remote-run/remote_run_targets.h"
#include "remote-run/run_output.h"
#include "remote-run/tcp_peer.h"

struct run {
    const struct relay_config *config;
    const char *helper;       /* the socket of who runs commands for us; NULL: nobody */
    struct node_index *index; /* the relays' certificates */
    const char *via;          /* of the client's request, see relay/via_header.h; may be NULL */
    const struct remote_run_request *request;
    struct remote_run_targets *targets; /* run_all takes out those whom the hub tells */
    struct run_output output;
    int cancel;              /* a descriptor that becomes ready when nobody waits any more; -1: none */
    short cancel_events;     /* of poll(2), that tell it */
    struct tcp_peer *client; /* who waits, looked at each second; NULL: unknown */
};

/* Returns when all has ended. False if it was cancelled: commands and requests are ended then, too. */
bool run_all(struct run *run);
