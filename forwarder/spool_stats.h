/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_stats: tells the other programs how many files wait and how many have failed, in all spool directories of the
 * configuration.
 *
 * The directories are read each time, since other programs put files there and remove them, too. That takes longer the
 * more they hold, so the pause until the next time is a hundred times as long as it took.
 */
#pragma once

#include <stdint.h>

#include "relay/relay_config.h"
#include "relay/relay_state.h"

/* Returns after how many milliseconds to do it again. A directory that cannot be read keeps its old figures. */
int64_t spool_stats_publish(const struct relay_config *config, struct relay_state *state);
