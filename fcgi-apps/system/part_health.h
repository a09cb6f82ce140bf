/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part_health: how the programs of virtual nodes and of runs by syslog are, by what they have told in the shared
 * counters.
 *
 * rudder-relay-virtual tells its figures every five seconds, as the hub does (hub_health.h). rudder-relay-syslog is
 * started by rsyslog with the first message and may be silent for as long as none comes; but it ends each run at a time
 * that it has told, so when that has long passed it does not run.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "relay/relay_metrics.h"
#include "util/err.h"

struct part_health {
    bool used;          /* virtual.enabled, syslog.enabled */
    uint64_t count;     /* virtual nodes, or runs under way */
    struct err details; /* why the program does not seem to run; "" when it does */
};

/* Sets details when the program, called who in them, has told no figures yet (checked 0) or none for a minute. */
void part_health_silence(struct err *details, const char *who, int64_t checked, int64_t now_seconds);

void part_health_virtual(struct part_health *health, const struct relay_config *config, const struct relay_state *state,
                         int64_t now_seconds);
void part_health_syslog(struct part_health *health, const struct relay_config *config, const struct relay_state *state,
                        int64_t now_seconds);
