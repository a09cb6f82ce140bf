/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_forward: sends a request on to another server, with the query unchanged and the body as it comes in, and gives
 * the client that server's answer.
 *
 * The other server proves who it is as general.peer_authentication says. Each request has a connection of its own,
 * since a body that has been passed on cannot be sent again when a kept connection turns out to be dead.
 */
#pragma once

#include "endpoint/request_context.h"
#include "relay/relay_config.h"
#include "util/err.h"

/* path: below /rudder/relay-api, not encoded. next_hop: the id of the relay below, NULL for the upstream. A child of
 * this process (request_context_offload) answers the request: with the status of the other server; 504 when that server
 * cannot be reached, or not in time; 502 for its other failures; 400 when the body is cut short. */
void shared_forward(const struct relay_config *config, const struct request_context *context, const char *next_hop,
                    const char *path);

/* Sends a HEAD request of our own to the upstream; query is without the `?`. Returns the status of the answer, or 0
 * with err when there is none. */
int shared_forward_ask(const struct relay_config *config, struct request *request, const char *path, const char *query,
                       struct err *err);
