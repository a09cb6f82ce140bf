/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/run_age.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

enum { DAY = 86400, MAX_AGE = 8 * DAY };

static const struct run_age_now start = {1700000000, 1000};

/* A run that had begun `age` seconds before it was taken, which was just now. */
static enum run_age_verdict come_of_age(struct run_age *ages, const char *node_id, int64_t age,
                                        const struct run_age_now *now, struct err *reason)
{
    return run_age_check(ages, node_id, now->clock - age, now->clock, now, reason);
}

START_TEST(an_old_run_is_set_aside)
{
    struct run_age *ages = run_age_new(MAX_AGE, &start);
    struct err reason = {""};
    ck_assert_int_eq(come_of_age(ages, "n1", 7 * DAY, &start, &reason), RUN_AGE_GOOD);
    ck_assert_int_eq(come_of_age(ages, "n1", MAX_AGE, &start, &reason), RUN_AGE_GOOD);
    ck_assert_int_eq(come_of_age(ages, "n1", -DAY, &start, &reason), RUN_AGE_GOOD);
    ck_assert_int_eq(come_of_age(ages, "n1", MAX_AGE + 1, &start, &reason), RUN_AGE_TOO_OLD);
    ck_assert_int_eq(come_of_age(ages, "n2", 210 * DAY, &start, &reason), RUN_AGE_TOO_OLD);
    ck_assert_str_eq(reason.text, "the run began 210d before it was taken, processing.reporting.max_age is 8d");
    run_age_free(ages);
    run_age_free(NULL);
}
END_TEST

START_TEST(what_waited_here_does_not_age)
{
    struct run_age *ages = run_age_new(MAX_AGE, &start);
    const struct run_age_now later = {start.clock + 20 * DAY, start.monotonic + 20 * DAY};
    struct err reason;
    ck_assert_int_eq(run_age_check(ages, "n", start.clock - DAY, start.clock, &later, &reason), RUN_AGE_GOOD);
    ck_assert_int_eq(run_age_check(ages, "n", start.clock - 9 * DAY, start.clock, &later, &reason), RUN_AGE_TOO_OLD);
    ck_assert_int_eq(run_age_check(ages, "n", start.clock - 900 * DAY, 0, &later, &reason), RUN_AGE_GOOD);
    run_age_free(ages);
}
END_TEST

START_TEST(without_a_limit_nothing_is_old)
{
    struct run_age *ages = run_age_new(0, &start);
    struct err reason;
    ck_assert_int_eq(come_of_age(ages, "n", 10000 * (int64_t)DAY, &start, &reason), RUN_AGE_GOOD);
    run_age_free(ages);
}
END_TEST

START_TEST(a_clock_that_jumped_makes_runs_wait)
{
    struct run_age *ages = run_age_new(MAX_AGE, &start);
    struct run_age_now now = {start.clock + 30 * DAY, start.monotonic + 60};
    struct err reason;
    ck_assert_int_eq(come_of_age(ages, "n1", 30 * DAY, &now, &reason), RUN_AGE_CLOCK);
    ck_assert_ptr_nonnull(strstr(reason.text, "jumped ahead by 29d"));
    ck_assert_int_eq(come_of_age(ages, "n2", 90 * DAY, &now, &reason), RUN_AGE_TOO_OLD); /* old before, too */
    /* set right: what was taken when it was ahead is as old as it is now */
    const int64_t ahead = now.clock;
    now = (struct run_age_now){start.clock + 300, start.monotonic + 300};
    ck_assert_int_eq(run_age_check(ages, "n1", start.clock, ahead, &now, &reason), RUN_AGE_GOOD);
    run_age_free(ages);
}
END_TEST

START_TEST(when_most_nodes_are_late_the_clock_is_the_cause)
{
    struct run_age *ages = run_age_new(MAX_AGE, &start);
    struct run_age_now now = start;
    struct err reason;
    char node[16];
    for (int i = 0; i < 10; i++) {
        snprintf(node, sizeof node, "good-%d", i);
        ck_assert_int_eq(come_of_age(ages, node, 60, &now, &reason), RUN_AGE_GOOD);
    }
    for (int i = 0; i < 5; i++) { /* some are */
        snprintf(node, sizeof node, "late-%d", i);
        ck_assert_int_eq(come_of_age(ages, node, 9 * DAY, &now, &reason), RUN_AGE_TOO_OLD);
        ck_assert_int_eq(come_of_age(ages, node, 9 * DAY, &now, &reason), RUN_AGE_TOO_OLD);
    }
    enum run_age_verdict last = RUN_AGE_GOOD;
    for (int i = 5; i < 30; i++) { /* most are */
        snprintf(node, sizeof node, "late-%d", i);
        last = come_of_age(ages, node, 9 * DAY, &now, &reason);
    }
    ck_assert_int_eq(last, RUN_AGE_CLOCK);
    ck_assert_ptr_nonnull(strstr(reason.text, "most nodes"));
    now.clock += 2 * 3600;
    now.monotonic += 2 * 3600;
    ck_assert_int_eq(come_of_age(ages, "n", 9 * DAY, &now, &reason), RUN_AGE_TOO_OLD); /* that was long ago */
    run_age_free(ages);
}
END_TEST

SUITE_MAIN("run_age", an_old_run_is_set_aside, what_waited_here_does_not_age, without_a_limit_nothing_is_old,
           a_clock_that_jumped_makes_runs_wait, when_most_nodes_are_late_the_clock_is_the_cause)
