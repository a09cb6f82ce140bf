/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_config_keys: the table of the configuration's keys, for relay_config and its tests.
 */
#pragma once

#include "util/config_table.h"

extern const struct config_table relay_config_table;

/* Its groups and what is said of each, as in struct config_table. */
extern const char *const relay_config_groups[][2];

/* The keys of the group `logging` alone. */
extern const struct config_table relay_config_logging_table;
