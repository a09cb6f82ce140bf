/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * remote_run: the handlers of POST /remote-run/nodes/<id>, /remote-run/nodes and /remote-run/all: PROTOCOL.md section
 * 12.
 *
 *   404 `NOT FOUND`: remote_run.enabled is false    411, 413, 400 no length, too large a body, cut or malformed
 *   400 the form is not one (remote_run_request.h), or the body is no form by its Content-Type
 *   503 no node index yet, or too many runs that nobody waits for
 *   502 the request has been here before: the node lists of two relays contradict each other
 *   200 and what the runs print, once they have ended (keep_output), as it comes (and asynchronous), or nothing at all:
 *       when they have ended, or at once (asynchronous) with the runs handed over to a process of their own
 */
#pragma once

#include "endpoint/route.h"
#include "relay/relay_config.h"
#include "util/err.h"

void *remote_run_start(const struct relay_config *config, struct err *err);
void remote_run_stop(void *state);

route_handler remote_run_node;
route_handler remote_run_nodes;
route_handler remote_run_all;
