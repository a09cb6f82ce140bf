/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * config_check: would the relay start with its configuration and node list as they are now?
 *
 * A configuration that was right is not read again until its file changes: whoever asks every few seconds costs a stat,
 * and a warning about an unknown key is not repeated. A node list is only read when the index was not made from it.
 */
#ifndef RELAY_SYSTEM_CONFIG_CHECK_H
#define RELAY_SYSTEM_CONFIG_CHECK_H

#include <stdbool.h>

#include "relay/node_index_format.h"
#include "relay/relay_config.h"
#include "util/err.h"

struct config_check {
    struct node_index_source good; /* the configuration file when it was last found right */
};

/* config: the one in use. indexed: there is a node index. */
bool config_check_now(struct config_check *check, const struct relay_config *config, bool indexed, struct err *err);

#endif
