/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * health: how the relay is, as a verdict with its reasons, and all that the status page shows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "relay/findings.h"
#include "relay/relay_config.h"
#include "relay/relay_state.h"
#include "system/cert_health.h"
#include "system/hub_health.h"
#include "system/node_health.h"
#include "system/part_health.h"
#include "system/peer_health.h"
#include "system/spool_totals.h"
#include "util/err.h"

/* The last one is the minute that is under way. */
enum { HEALTH_MINUTES = 60 };
_Static_assert((int)HEALTH_MINUTES <= (int)RELAY_STATE_MINUTES, "the state forgets sooner");

struct activity {
    uint64_t count[RELAY_ACTIVITY_KINDS][HEALTH_MINUTES];
};

enum health_verdict {
    HEALTH_WELL,
    HEALTH_NOTICE, /* it works, but somebody should look at something */
    HEALTH_BAD,
};

struct health {
    /* by the caller */
    const char *version;
    const struct spool_totals *queue; /* of the RELAY_KINDS spools */
    const struct node_health *nodes;
    const struct cert_health *certificates;
    struct err configuration; /* what is wrong with it, "" when nothing is */

    /* by health_collect */
    int64_t now; /* seconds since 1970 */
    const struct relay_config *config;
    bool shared; /* do the programs share counters and state? */
    struct peer_health peers[RELAY_PEERS];
    struct hub_health hub;
    struct part_health virtual_nodes;
    struct part_health syslog;
    struct relay_last_error last_error;
    struct activity activity;
    enum health_verdict verdict; /* what the worst of the findings makes of it */
    struct findings findings;
};

void health_collect(struct health *health, const struct relay_config *config, const struct relay_state *state,
                    int64_t now_seconds);
