/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * metrics: GET /metrics, what the programs of the relay have counted, for Prometheus (relay_metrics.h).
 *
 * Needs a connection to nothing and writes nothing but its own request's count. What it tells of the database, the
 * upstream server and the spool is what the forwarder found last.
 */
#pragma once

#include "endpoint/route.h"
#include "relay/relay_config.h"

void *metrics_start(const struct relay_config *config, struct err *err);
void metrics_stop(void *state);

route_handler metrics_get;
