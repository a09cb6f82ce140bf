/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_relays: the part of a remote-run that the relays below do: one request to each, all at the same time.
 *
 * A relay that cannot be asked, or does not answer 2xx, is named in the output with the reason. It proves who it is as
 * general.peer_authentication says; cert_pinning: by the key of one of its certificates in the node index.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/node_index.h"
#include "relay/relay_config.h"
#include "relay/remote_run_request.h"
#include "remote-run/remote_run_targets.h"
#include "remote-run/run_output.h"

struct run_relays;

/* What is given must outlive it. via: of the request that asks for it, may be NULL. */
struct run_relays *run_relays_new(const struct relay_config *config, struct node_index *index, const char *via,
                                  const struct remote_run_request *request, const struct remote_run_targets *targets,
                                  struct run_output *output);

/* Fills in what to poll for, one at the most, and returns how many; *wake becomes the moment (clock_ms) of the next
 * step, if sooner. */
size_t run_relays_polls(const struct run_relays *relays, struct pollfd *poll, int64_t *wake);

/* Takes up what happened. False when all have answered. */
bool run_relays_step(struct run_relays *relays);

/* Gives up those that have not answered. */
void run_relays_stop(struct run_relays *relays);

void run_relays_free(struct run_relays *relays);
