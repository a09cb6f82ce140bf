/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_health: how the hub of waiting nodes is (connected mode), by what it has told in the shared counters.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "relay/relay_metrics.h"
#include "util/err.h"

struct hub_health {
    bool used; /* hub.enabled */
    struct relay_hub_stats stats;
    struct err details; /* why it is not known how it is; "" when it is */
};

void hub_health_collect(struct hub_health *health, const struct relay_config *config, const struct relay_state *state,
                        int64_t now_seconds);
