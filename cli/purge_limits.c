/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "purge_limits.h"

enum { DAY = 86400, BEFORE_MIDNIGHT = 1800 };

/* By the calendar: a day has 23 or 25 hours where the clocks are changed. */
static int64_t midnight_before(int64_t days, time_t now)
{
    struct tm day;
    time_t almost_next = now + BEFORE_MIDNIGHT;
    if (localtime_r(&almost_next, &day) == NULL) {
        return PURGE_NOTHING;
    }
    day.tm_mday -= (int)days;
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    day.tm_isdst = -1;
    return (int64_t)mktime(&day);
}

static int64_t limit_of(int64_t keep, time_t now)
{
    if (keep == 0) {
        return PURGE_NOTHING;
    }
    return keep % DAY == 0 ? midnight_before(keep / DAY, now) : (int64_t)now - keep;
}

struct purge_limits purge_limits_at(const struct relay_config_purge *config, time_t now)
{
    return (struct purge_limits){
        .runs = limit_of(config->keep_runs, now),
        .results = limit_of(config->keep_results, now),
        .logs = limit_of(config->keep_logs, now),
    };
}
