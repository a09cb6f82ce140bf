/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * purge_limits: from which start on runs, results and log entries are kept, by the configuration and the clock.
 *
 * The web application deletes at midnight what began before the day that is so many days earlier, in its own time zone.
 * So a time of whole days is counted from midnight here, too, in the time zone of this process. The last half hour of a
 * day counts as the next one: what is purged then, the web application does not find at midnight.
 */
#pragma once

#include <stdint.h>
#include <time.h>

#include "relay/relay_config.h"

#define PURGE_NOTHING INT64_MIN

/* Seconds since 1970: what began before is purged. PURGE_NOTHING: none of it. */
struct purge_limits {
    int64_t runs;
    int64_t results; /* of runs that stay */
    int64_t logs;    /* the same */
};

struct purge_limits purge_limits_at(const struct relay_config_purge *config, time_t now);
