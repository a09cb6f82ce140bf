/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * peer_health: can the database, or the upstream, be used? The forwarder finds out and says so in relay_state. If it
 * has not said so lately, the answer is not known, and that counts as an error.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "relay/relay_state.h"
#include "util/err.h"

enum peer_fault {
    PEER_USABLE,
    PEER_UNTRIED,  /* the forwarder has had nothing for it yet: no fault */
    PEER_UNUSABLE, /* the forwarder says so */
    PEER_SILENCE,  /* the forwarder has said nothing for too long, or ever */
};

struct peer_health {
    bool used; /* is it an output of this relay? All else is nothing when it is not. */
    enum peer_fault fault;
    struct relay_peer_report report;
    struct err details; /* why not usable, with since when; "" when usable or untried */
};

/* A forwarder that is well says so at least with each of its scans; longer than this is silence. */
int64_t peer_health_silence_seconds(const struct relay_config *config);

void peer_health_collect(struct peer_health *health, enum relay_peer peer, const struct relay_config *config,
                         const struct relay_state *state, int64_t now_seconds);
