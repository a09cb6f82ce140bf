/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * made_health: a relay's state, configuration and queue in the test's own words, and what health makes of them.
 */
#pragma once

#include "relay/relay_metrics.h"
#include "support/tmpdir.h"
#include "system/health.h"

struct made_health {
    struct tmpdir directory;
    struct relay_config config;
    struct relay_state *state;
    struct spool_totals queue[RELAY_KINDS];
    struct node_health nodes;
    struct cert_health certificates;
    struct health health;
    char state_file[100];
};

/* A relay that is well, whose output is the database, at the moment `now`. Change what you like, then
 * made_health_collect. */
static inline void made_health_new(struct made_health *made)
{
    memset(made, 0, sizeof *made);
    made->directory = tmpdir_make();
    snprintf(made->state_file, sizeof made->state_file, "%s/state", made->directory.path);
    made->state = relay_state_open(made->state_file, relay_metrics_fingerprint());
    made->config.path = (char *)"/etc/relay.conf";
    made->config.general.node_id = (char *)"root";
    made->config.general.state_file = made->state_file;
    made->config.reporting.output = RELAY_OUTPUT_DATABASE;
    made->config.reporting.catchup_frequency = 10;
    made->config.reporting.directory = made->config.inventory.directory = made->directory.path;
    mkdirat(made->directory.fd, "incoming", 0700);
    mkdirat(made->directory.fd, "accepted-nodes-updates", 0700);
    mkdirat(made->directory.fd, "failed", 0700);
    for (enum relay_kind kind = 0; kind < RELAY_KINDS; kind++) {
        made->queue[kind].used = upload_kind_used(kind, &made->config);
    }
    made->nodes = (struct node_health){
        .known = true,
        .current = true,
        .summary = {.nodes = 1234, .certificates = 1235},
        .neighbours = 1200,
    };
    made->health = (struct health){.version = "1.2.3", .queue = made->queue, .nodes = &made->nodes,
                                    .certificates = &made->certificates};
    relay_state_set_peer(made->state, RELAY_PEER_DATABASE, RELAY_PEER_UP, "");
    relay_state_worker_idle(made->state, RELAY_ENDPOINT_UPLOAD);
}

static inline void made_health_collect(struct made_health *made, int64_t now)
{
    health_collect(&made->health, &made->config, made->state, now);
}

static inline void made_health_free(struct made_health *made)
{
    relay_state_close(made->state);
    tmpdir_remove(&made->directory);
}
