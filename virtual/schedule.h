/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * schedule: when a virtual node is run. Pure functions; moments are seconds since 1970.
 *
 * A period begins at the same moments of the clock after each restart, at an offset within the period that a hash of
 * the node id gives: nodes are spread over it, and nothing has to be remembered. Runs that were missed are made up for
 * by one, soon but spread again, however many there were.
 */
#pragma once

#include <stdint.h>

enum { SCHEDULE_CATCH_UP = 300 }; /* seconds that the runs are spread over which make up for missed ones */

/* The first moment of the schedule after that one. period: at least 1. */
int64_t schedule_next(const char *node_id, int64_t period, int64_t after);

/* When a node that is taken up now is run first. last: when its last run began; 0: never. */
int64_t schedule_first(const char *node_id, int64_t period, int64_t last, int64_t now);
