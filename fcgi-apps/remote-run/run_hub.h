/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_hub: the part of a remote-run that the hub does: nodes that wait there get the order at once, relays whose hubs
 * wait hand it on to theirs.
 *
 * The hub (rudder-relay-hub, at hub.socket) is asked first. It says in the first line of its answer who gets the order;
 * the others are for the command and for the requests to relays. A hub that is not there, refuses, or does not say
 * anything within ASK_MS leaves all of them: then it has, at worst, given an order that some nodes begin a second time.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "relay/remote_run_request.h"
#include "remote-run/remote_run_targets.h"
#include "remote-run/run_output.h"

struct run_hub;

/* Waits for the first line, and takes those that it names out of targets. What is given must outlive the result. Never
 * NULL. */
struct run_hub *run_hub_ask(const struct relay_config *config, const struct remote_run_request *request,
                            struct remote_run_targets *targets, struct run_output *output);

/* As those of run_relays.h. */
size_t run_hub_polls(const struct run_hub *hub, struct pollfd *poll, int64_t *wake);
bool run_hub_step(struct run_hub *hub);
void run_hub_stop(struct run_hub *hub);
void run_hub_free(struct run_hub *hub);
