/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "relay/report_db_plan.h"
#include "support/made_run.h"
#include "support/suite.h"

static struct report_lists *lists;
static struct arena arena;

static void plan_open(void)
{
    lists = report_lists_new(1 << 20);
}

static void plan_close(void)
{
    report_lists_free(lists);
    arena_free(&arena);
}

/* Plans a run of node n, and has the cache remember it, as when it is stored. */
static struct report_db_plan plan_of(struct made_run made, const char *day)
{
    struct runlog runlog = {0};
    struct report_db_plan plan;
    made.node_id = "n";
    made.start = made.start == 0 ? 1500000000 : made.start;
    made_run_fill(&runlog, &made);
    ck_assert(report_db_plan_make(&plan, &runlog, day, lists, &arena));
    report_lists_put(lists, "n", &plan.list);
    arena_free(&runlog.arena);
    return plan;
}

static void check_missing(const struct report_db_plan *plan, const char *wanted)
{
    if (wanted == NULL) {
        ck_assert_ptr_null(plan->missing.at);
    } else {
        ck_assert_uint_eq(plan->missing.len, strlen(wanted));
        ck_assert_mem_eq(plan->missing.at, wanted, strlen(wanted));
    }
}

#define DAY "2026-11-28"

/* Of 40 reports of made_run 30 are shared: not log entries and what was repaired. */
START_TEST(test_first_run_makes_a_list)
{
    plan_open();
    struct report_db_plan plan = plan_of((struct made_run){.reports = 40}, DAY);
    ck_assert(plan.new_list);
    ck_assert_uint_eq(plan.shared_count, 31);
    ck_assert(plan.shared[0] && !plan.shared[3] && !plan.shared[7] && plan.shared[39]);
    check_missing(&plan, NULL);
    ck_assert_uint_eq(plan.seconds.len, 41);
    ck_assert_int_eq(plan.seconds.at[0], 1);
    ck_assert_int_eq(plan.seconds.at[1 + 39], 9);
    plan_close();
}
END_TEST

START_TEST(test_the_same_run_refers_to_it)
{
    plan_open();
    struct report_db_plan first = plan_of((struct made_run){.reports = 40}, DAY);
    struct report_db_plan next = plan_of((struct made_run){.reports = 40, .start = 1500000300}, DAY);
    ck_assert(!next.new_list);
    ck_assert_uint_eq(next.shared_count, first.shared_count);
    ck_assert_mem_eq(next.list.id, first.list.id, REPORT_LIST_ID_LEN);
    check_missing(&next, NULL);
    ck_assert(plan_of((struct made_run){.reports = 40}, "2026-11-29").new_list);
    plan_close();
}
END_TEST

START_TEST(test_a_line_that_changes_is_left_out)
{
    plan_open();
    plan_of((struct made_run){.reports = 40, .message = "one"}, DAY);
    struct report_db_plan next = plan_of((struct made_run){.reports = 40, .message = "two"}, DAY);
    ck_assert(!next.new_list);
    ck_assert_uint_eq(next.shared_count, 30);
    ck_assert(!next.shared[39]);
    check_missing(&next, "{39}");
    plan_close();
}
END_TEST

START_TEST(test_a_change_that_stays_makes_a_list)
{
    plan_open();
    plan_of((struct made_run){.reports = 40, .message = "one"}, DAY);
    ck_assert(!plan_of((struct made_run){.reports = 40, .message = "two"}, DAY).new_list);
    ck_assert(plan_of((struct made_run){.reports = 40, .message = "two"}, DAY).new_list);
    ck_assert(!plan_of((struct made_run){.reports = 40, .message = "two"}, DAY).changed);
    plan_close();
}
END_TEST

START_TEST(test_a_line_more_shifts_the_rest)
{
    plan_open();
    plan_of((struct made_run){.reports = 40}, DAY);
    struct report_db_plan more = plan_of((struct made_run){.reports = 41, .extra = 13}, DAY);
    ck_assert(!more.new_list);
    ck_assert_uint_eq(more.shared_count, 31);
    ck_assert_uint_eq(more.tail, 13);
    ck_assert_int_eq(more.shift, 1);
    ck_assert(more.shared[12] && !more.shared[13] && more.shared[14] && more.shared[40]);
    check_missing(&more, NULL);
    plan_close();
}
END_TEST

START_TEST(test_a_line_less_shifts_the_rest)
{
    plan_open();
    plan_of((struct made_run){.reports = 41, .extra = 13}, DAY);
    struct report_db_plan less = plan_of((struct made_run){.reports = 40}, DAY);
    ck_assert(!less.new_list);
    ck_assert_uint_eq(less.tail, 14);
    ck_assert_int_eq(less.shift, -1);
    check_missing(&less, "{13}");
    plan_close();
}
END_TEST

START_TEST(test_many_differences_make_a_list)
{
    plan_open();
    plan_of((struct made_run){.reports = 40, .rule_id = "a"}, DAY);
    ck_assert(plan_of((struct made_run){.reports = 40, .rule_id = "b"}, DAY).new_list);
    ck_assert(plan_of((struct made_run){.reports = 80, .rule_id = "b"}, DAY).new_list);
    plan_close();
}
END_TEST

START_TEST(test_long_runs_have_two_bytes_for_seconds)
{
    plan_open();
    struct report_db_plan plan = plan_of((struct made_run){.reports = 1200}, DAY);
    ck_assert_int_eq(plan.seconds.at[0], 2);
    ck_assert_uint_eq(plan.seconds.len, 1 + 2 * 1200);
    ck_assert_mem_eq(plan.seconds.at + 1 + 2 * 1199, "\1\53", 2); /* 299 */
    plan_close();
}
END_TEST

/* Times that the column cannot hold: rows of their own. */
START_TEST(test_odd_times_are_not_shared)
{
    plan_open();
    struct runlog runlog = {0};
    struct report_db_plan plan;
    made_run_fill(&runlog, &(struct made_run){.node_id = "n", .start = 1500000000, .reports = 12});
    runlog.reports[1].executed.seconds -= 5;
    runlog.reports[2].executed.seconds += REPORT_DB_PLAN_SECONDS_MAX + 1;
    runlog.reports[4].executed.nanoseconds = 1000;
    ck_assert(report_db_plan_make(&plan, &runlog, DAY, lists, &arena));
    ck_assert(plan.shared[0] && !plan.shared[1] && !plan.shared[2] && !plan.shared[4] && plan.shared[5]);
    for (size_t i = 0; i < 12; i++) {
        runlog.reports[i].event_type = slice_from_str("report_json");
    }
    ck_assert(!report_db_plan_make(&plan, &runlog, DAY, lists, &arena));
    arena_free(&runlog.arena);
    plan_close();
}
END_TEST

SUITE_MAIN("report_db_plan", test_first_run_makes_a_list, test_the_same_run_refers_to_it,
           test_a_line_that_changes_is_left_out, test_a_change_that_stays_makes_a_list,
           test_a_line_more_shifts_the_rest, test_a_line_less_shifts_the_rest, test_many_differences_make_a_list,
           test_long_runs_have_two_bytes_for_seconds, test_odd_times_are_not_shared)
