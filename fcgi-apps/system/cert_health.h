/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cert_health: what is wrong with certificates: the dates of those of the nodes, of this server's own (as a node, as
 * httpd shows it, as a client) and of the upstream's; one of these that was revoked; a list of revoked ones that is out
 * of date. What was found is kept for a while (cert_files_due).
 */
#pragma once

#include "relay/cert_files.h"
#include "relay/findings.h"
#include "relay/node_index.h"
#include "relay/relay_config.h"

/* Begins all zero. */
struct cert_health {
    struct findings findings; /* none of them stops the relay: it works for everybody else */
    struct err wrong;         /* the first that is out of its dates already; "" when none is */
    struct cert_files_seen seen;
};

/* index may be NULL. */
void cert_health_collect(struct cert_health *health, const struct relay_config *config, struct node_index *index,
                         int64_t now_seconds);
