/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_figures: tells the other programs how much waits and how much failed, in all spool folders of the
 * configuration.
 *
 * Found by reading the folders, since other programs put files there and take them. What that costs grows with what
 * they hold, so it is done the less often the longer it took: no more than a hundredth of the time goes into it.
 */
#ifndef RELAY_FORWARDER_SPOOL_FIGURES_H
#define RELAY_FORWARDER_SPOOL_FIGURES_H

#include <stdint.h>

#include "relay/relay_config.h"
#include "relay/relay_state.h"

/* Returns after how many milliseconds to do it again. A folder that cannot be read keeps its old figures. */
int64_t spool_figures_publish(const struct relay_config *config, struct relay_state *state);

#endif
