/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/schedule.h"

#include <stdio.h>

#include "support/suite.h"

enum { NOW = 1800000000 };

START_TEST(a_node_has_its_moment_in_each_period)
{
    int64_t first = schedule_next("node", 300, NOW);
    ck_assert(first > NOW && first <= NOW + 300);
    ck_assert_int_eq(schedule_next("node", 300, first), first + 300);
    ck_assert_int_eq(schedule_next("node", 300, first - 1), first);
    ck_assert_int_eq(schedule_next("node", 300, first + 1), first + 300);
    ck_assert_int_eq(schedule_next("node", 300, first + 10 * 300), first + 11 * 300);
    ck_assert_int_eq(schedule_next("node", 1, NOW), NOW + 1);
}
END_TEST

START_TEST(a_clock_before_1970_is_no_trouble)
{
    int64_t next = schedule_next("node", 300, -100000);
    ck_assert(next > -100000 && next <= -99700);
    ck_assert_int_eq((schedule_next("node", 300, NOW) - next) % 300, 0);
}
END_TEST

/* Each tenth of the period has its share. */
START_TEST(nodes_are_spread_over_the_period)
{
    enum { NODES = 2000, PARTS = 10, PERIOD = 3000 };
    int parts[PARTS] = {0};
    for (int i = 0; i < NODES; i++) {
        char id[32];
        snprintf(id, sizeof id, "node-%d", i);
        parts[(schedule_next(id, PERIOD, NOW) - NOW - 1) * PARTS / PERIOD]++;
    }
    for (int i = 0; i < PARTS; i++) {
        ck_assert_int_gt(parts[i], NODES / PARTS / 2);
        ck_assert_int_lt(parts[i], NODES / PARTS * 2);
    }
}
END_TEST

START_TEST(a_restart_keeps_the_schedule)
{
    int64_t slot = schedule_next("node", 3600, NOW);
    ck_assert_int_eq(schedule_first("node", 3600, slot, slot + 10), slot + 3600);
    ck_assert_int_eq(schedule_first("node", 3600, slot, slot + 3599), slot + 3600);
}
END_TEST

START_TEST(missed_runs_are_made_up_for_by_one_soon)
{
    int64_t slot = schedule_next("node", 86400, NOW);
    int64_t now = slot + 5 * 86400 + 3600;
    int64_t first = schedule_first("node", 86400, slot, now);
    ck_assert(first >= now && first < now + SCHEDULE_CATCH_UP);
    ck_assert_int_eq(schedule_next("node", 86400, first), slot + 6 * 86400);
    first = schedule_first("node", 86400, 0, now);
    ck_assert(first >= now && first < now + SCHEDULE_CATCH_UP);
    first = schedule_first("node", 2, 0, now);
    ck_assert(first >= now && first <= now + 2);
}
END_TEST

/* After a clock was far ahead, nobody waits until that time comes again. */
START_TEST(a_last_run_in_the_future_is_none)
{
    ck_assert_int_le(schedule_first("node", 60, NOW + 86400, NOW), NOW + 60);
}
END_TEST

SUITE_MAIN("schedule", a_node_has_its_moment_in_each_period, a_clock_before_1970_is_no_trouble,
           nodes_are_spread_over_the_period, a_restart_keeps_the_schedule, missed_runs_are_made_up_for_by_one_soon,
           a_last_run_in_the_future_is_none)
