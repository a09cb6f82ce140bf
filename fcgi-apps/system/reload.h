/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reload: makes all programs take up node list, certificates and logging settings. When one of the files is bad,
 * nothing is taken up.
 *
 * The node index is built anew; every program maps it before its next request. Then the generation of relay_state is
 * raised, at which every program reads its logging settings. Any number of reloads may run at once.
 */
#pragma once

#include <stdbool.h>

#include "relay/node_index.h"
#include "relay/relay_config.h"
#include "relay/relay_state.h"
#include "util/err.h"

bool reload_all(const struct relay_config *config, struct relay_state *state, struct node_index_summary *summary,
                struct err *err);
