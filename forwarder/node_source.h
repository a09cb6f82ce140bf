/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_source: sees to it that there is a node index, made from the node list and the certificates as they are.
 */
#ifndef RELAY_FORWARDER_NODE_SOURCE_H
#define RELAY_FORWARDER_NODE_SOURCE_H

#include <stdbool.h>

#include "relay/relay_config.h"
#include "util/err.h"

/* At start: builds the index unless it is current. When that fails an index of before will do, with a log line;
 * without one false with err. */
bool node_source_prepare(const struct relay_config *config, struct err *err);

/* On reload: builds it in any case. False with err, the index of before stays. */
bool node_source_rebuild(const struct relay_config *config, struct err *err);

#endif
