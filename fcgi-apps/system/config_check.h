/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * config_check: would the relay start with its configuration, node list and certificates as they are now?
 *
 * A file is not read again until it changes. So a client that asks every few seconds costs only a stat, and a warning
 * about an unknown key is not repeated. Node list and certificates are read only when the index was not made from them.
 */
#pragma once

#include <stdbool.h>

#include "relay/node_index_format.h"
#include "relay/relay_config.h"
#include "util/err.h"

struct config_check {
    struct node_index_source good;       /* the configuration file when it was last found right */
    bool looked;                         /* at what follows */
    struct node_index_source sources[2]; /* node list and certificates as they were then */
    struct err sources_err;              /* what was wrong with them */
};

/* config: the one in use. indexed: there is a node index. */
bool config_check_now(struct config_check *check, const struct relay_config *config, bool indexed, struct err *err);
