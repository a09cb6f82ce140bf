/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_access: the spools of the configuration, opened for a command; where the user lacks a right to them, the
 * message says which one, to what, and how to get it.
 */
#pragma once

#include "command.h"
#include "relay/spool_set.h"

enum spool_access {
    SPOOL_ACCESS_LIST,
    SPOOL_ACCESS_REMOVE, /* from failed/ */
    SPOOL_ACCESS_MOVE,   /* from failed/ to incoming */
};

/* False, after messages, when not all could be opened; the others are there. spool_set_close in any case. */
bool spool_access_open(const struct command *command, struct spool_set *spools, const struct relay_config *config,
                       enum spool_access access);
