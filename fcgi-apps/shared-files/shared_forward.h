/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_forward: asks another server what was asked here, with the query untouched and the body passed on as it
 * comes, and answers as it does.
 *
 * The other server proves who it is as general.peer_authentication says. Each request has a connection of its own,
 * since a body that has been passed on cannot be sent again when a kept connection turns out to be dead.
 */
#ifndef RELAY_SHARED_FILES_SHARED_FORWARD_H
#define RELAY_SHARED_FILES_SHARED_FORWARD_H

#include <stdbool.h>

#include "endpoint/request_context.h"
#include "relay/relay_config.h"
#include "util/err.h"

/* path: below /rudder/relay-api, plain. next_hop: the id of the relay below, NULL for the upstream. Answers the
 * request, in a child of this process (request_context_offload): with the other's status, or 502, 504 (it cannot be reached, or not in time), 400 (the body is cut short). */
void shared_forward(const struct relay_config *config, const struct request_context *context, const char *next_hop,
                    const char *path);

/* HEAD of a question of our own to the upstream; query without its `?`. The status of its answer; 0 with err: there
 * was none. */
int shared_forward_ask(const struct relay_config *config, struct request *request, const char *path, const char *query,
                       struct err *err);

#endif
