/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "cli/purge_limits.h"
#include "support/suite.h"

enum { DAY = 86400, HOUR = 3600, MINUTE = 60 };

/* 2026-03-31T00:00:00 in Berlin, two days after a day of 23 hours. */
#define MIDNIGHT ((time_t)1774908000)

static struct purge_limits test_limits(int64_t runs, int64_t results, int64_t logs, time_t now)
{
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    return purge_limits_at(&(struct relay_config_purge){.keep_runs = runs, .keep_results = results, .keep_logs = logs},
                           now);
}

START_TEST(what_is_kept_without_limit_is_not_purged)
{
    struct purge_limits limits = test_limits(0, 0, 0, MIDNIGHT);
    ck_assert_int_eq(limits.runs, PURGE_NOTHING);
    ck_assert_int_eq(limits.results, PURGE_NOTHING);
    ck_assert_int_eq(limits.logs, PURGE_NOTHING);
}
END_TEST

START_TEST(whole_days_count_from_midnight_by_the_calendar)
{
    struct purge_limits limits = test_limits(DAY, 4 * DAY, 36 * HOUR, MIDNIGHT + 12 * HOUR);
    ck_assert_int_eq(limits.runs, MIDNIGHT - DAY);
    ck_assert_int_eq(limits.results, MIDNIGHT - 4 * DAY + HOUR);
    ck_assert_int_eq(limits.logs, MIDNIGHT + 12 * HOUR - 36 * HOUR);
}
END_TEST

/* What the web application deletes at the next midnight is purged in the half hour before. */
START_TEST(the_last_half_hour_belongs_to_the_next_day)
{
    ck_assert_int_eq(test_limits(DAY, 0, 0, MIDNIGHT + DAY - 31 * MINUTE).runs, MIDNIGHT - DAY);
    ck_assert_int_eq(test_limits(DAY, 0, 0, MIDNIGHT + DAY - 30 * MINUTE).runs, MIDNIGHT);
    ck_assert_int_eq(test_limits(DAY, 0, 0, MIDNIGHT + DAY).runs, MIDNIGHT);
}
END_TEST

START_TEST(shorter_times_count_from_now)
{
    ck_assert_int_eq(test_limits(0, 0, 20 * MINUTE, MIDNIGHT - MINUTE).logs, MIDNIGHT - 21 * MINUTE);
}
END_TEST

SUITE_MAIN("purge_limits", what_is_kept_without_limit_is_not_purged, whole_days_count_from_midnight_by_the_calendar,
           the_last_half_hour_belongs_to_the_next_day, shorter_times_count_from_now)
