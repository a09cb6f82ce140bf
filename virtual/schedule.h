/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * schedule: when a virtual node is run. Pure functions; moments are seconds since 1970.
 *
 * A node runs once in each period, at an offset that is a hash of its id. So nodes are spread over the period, and the
 * times are the same after a restart, though nothing is stored. However many runs were missed, one makes up for them:
 * within SCHEDULE_CATCH_UP seconds, spread in the same way.
 */
#pragma once

#include <stdint.h>

enum { SCHEDULE_CATCH_UP = 300 }; /* seconds */

/* The first moment of the schedule after that one. period: at least 1. */
int64_t schedule_next(const char *node_id, int64_t period, int64_t after);

/* When a node that is taken up now is run first. last: when its last run began; 0: never. */
int64_t schedule_first(const char *node_id, int64_t period, int64_t last, int64_t now);
