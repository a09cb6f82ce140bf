/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_index_ensure: makes sure that there is a node index, built from the present node list and certificates.
 */
#pragma once

#include <stdbool.h>

#include "relay/relay_config.h"
#include "util/err.h"

/* For the start: builds the index unless it is current. If that fails an older index will do, with a log line; if there
 * is none, false with err. */
bool node_index_ensure(const struct relay_config *config, struct err *err);

/* For a reload: builds it in any case. False with err; then the old index stays. */
bool node_index_ensure_rebuilt(const struct relay_config *config, struct err *err);
