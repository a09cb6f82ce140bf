/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "forwarder/run_queue.h"
#include "support/suite.h"

static struct run_queue *queue;

static void arrive(const char *node, int number, int64_t run_time)
{
    char name[64];
    snprintf(name, sizeof name, "%s-%d", node, number);
    run_queue_arrived(queue, name, run_time, slice_from_str(node));
}

/* Takes and finishes the next run: its name is in *name, "" when none waits. */
static void take_next(char name[64])
{
    struct queued_run *run = run_queue_take(queue, 0);
    snprintf(name, 64, "%s", run != NULL ? queued_run_name(run) : "");
    if (run != NULL) {
        run_queue_done(queue, run);
    }
}

static void turns_expect(const char *names)
{
    char all[400] = "", name[64];
    for (take_next(name); name[0] != '\0'; take_next(name)) {
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s ", name);
    }
    ck_assert_str_eq(all, names);
}

START_TEST(nodes_take_turns_each_with_its_newest_run)
{
    queue = run_queue_new();
    for (int i = 0; i < 4; i++) {
        arrive("a", i, 100 + i);
    }
    arrive("b", 0, 5);
    arrive("b", 1, 6);
    arrive("c", 0, 50);
    turns_expect("a-3 c-0 b-1 a-2 b-0 a-1 a-0 ");
    run_queue_free(queue);
}
END_TEST

/* Always the newest, and there again as soon as it was taken: the others get through all the same. */
START_TEST(a_node_that_is_always_newest_delays_others_by_one_run_each)
{
    char name[64];
    int taken = 0;
    queue = run_queue_new();
    arrive("hog", 0, 1000);
    for (int i = 0; i < 20; i++) {
        char node[16];
        snprintf(node, sizeof node, "n%d", i);
        arrive(node, 0, i);
    }
    for (int i = 0; i < 22; i++) {
        take_next(name);
        taken += name[0] == 'n';
        if (name[0] == 'h') {
            arrive("hog", i + 1, 2000 + i);
        }
    }
    ck_assert_int_eq(taken, 20);
    run_queue_free(queue);
}
END_TEST

START_TEST(a_node_with_ten_thousand_runs_delays_one_with_one_by_one)
{
    char name[64];
    queue = run_queue_new();
    for (int i = 0; i < 10000; i++) {
        arrive("large", i, i);
    }
    for (int i = 0; i < 100; i++) {
        take_next(name);
        ck_assert_int_eq(name[0], 'l');
    }
    arrive("small", 0, 3);
    take_next(name);
    if (name[0] == 'l') {
        take_next(name);
    }
    ck_assert_str_eq(name, "small-0");
    ck_assert_uint_ge(run_queue_waiting(queue, 0), 9899);
    run_queue_free(queue);
}
END_TEST

START_TEST(runs_that_are_gone_or_deferred_leave_their_node_in_order)
{
    char name[64];
    queue = run_queue_new();
    arrive("a", 0, 1);
    arrive("a", 1, 2);
    arrive("a", 2, 3);
    arrive("b", 0, 1);
    struct queued_run *run = run_queue_take(queue, 0);
    ck_assert_str_eq(queued_run_name(run), "a-2");
    run_queue_defer(queue, run, 1000);
    run_queue_scan_start(queue); /* a-1, which is the node's next, is gone */
    run_queue_scan_add(queue, "a-0", 1, slice_from_str("a"));
    run_queue_scan_add(queue, "a-2", 3, slice_from_str("a"));
    run_queue_scan_add(queue, "b-0", 1, slice_from_str("b"));
    ck_assert_uint_eq(run_queue_scan_end(queue), 1);
    take_next(name);
    ck_assert_str_eq(name, "b-0");
    take_next(name);
    ck_assert_str_eq(name, "a-0");
    take_next(name);
    ck_assert_str_eq(name, "");
    run_queue_flush_deferred(queue);
    take_next(name);
    ck_assert_str_eq(name, "a-2");
    ck_assert_uint_eq(run_queue_count(queue), 0);
    run_queue_scan_start(queue);
    run_queue_scan_end(queue);
    run_queue_free(queue);
}
END_TEST

START_TEST(many_nodes_come_and_go)
{
    queue = run_queue_new();
    for (int round = 0; round < 3; round++) {
        char name[64], node[16];
        for (int i = 0; i < 5000; i++) {
            snprintf(node, sizeof node, "n%d", i);
            arrive(node, 0, i);
            arrive(node, 1, i);
        }
        for (int i = 0; i < 10000; i++) {
            take_next(name);
            ck_assert_int_eq(name[0], 'n');
        }
        take_next(name);
        ck_assert_str_eq(name, "");
        run_queue_scan_start(queue);
        run_queue_scan_end(queue);
    }
    run_queue_free(queue);
}
END_TEST

START_TEST(a_suspended_node_stops_nobody_else)
{
    char name[64];
    queue = run_queue_new();
    for (int i = 0; i < 3; i++) {
        arrive("a", i, 100 + i);
    }
    arrive("b", 0, 1);
    struct queued_run *run = run_queue_take(queue, 0);
    ck_assert_str_eq(queued_run_name(run), "a-2");
    ck_assert_uint_eq(run_queue_others(queue, run, 0), 1);
    run_queue_suspend_node(queue, run, 1000);
    ck_assert_uint_eq(run_queue_others(queue, run, 0), 1);
    run_queue_suspend_node(queue, run, 500); /* the longer time counts */
    run_queue_requeue(queue, run);
    arrive("a", 9, 900); /* new ones wait, too, the newest and others */
    arrive("a", 8, 50);
    arrive("b", 1, 2);
    ck_assert_uint_eq(run_queue_waiting(queue, 0), 2);
    ck_assert_int_eq(run_queue_next_due(queue), 1000);
    turns_expect("b-1 b-0 ");
    ck_assert_uint_eq(run_queue_waiting(queue, 999), 0);
    ck_assert_uint_eq(run_queue_waiting(queue, 1000), 5);
    ck_assert_int_eq(run_queue_next_due(queue), INT64_MAX);
    turns_expect("a-9 a-2 a-1 a-0 a-8 ");

    arrive("a", 0, 1); /* a run that is gone, while its node is suspended */
    arrive("a", 1, 2);
    run = run_queue_take(queue, 0);
    run_queue_suspend_node(queue, run, 3000);
    run_queue_defer(queue, run, 2000);
    run_queue_scan_start(queue);
    run_queue_scan_add(queue, "a-1", 2, slice_from_str("a"));
    ck_assert_uint_eq(run_queue_scan_end(queue), 1);
    ck_assert_ptr_null(run_queue_take(queue, 2999)); /* it is due, but not its node */
    run_queue_flush_deferred(queue);
    turns_expect("a-1 ");

    arrive("a", 0, 1); /* suspended while none of its runs waits */
    run = run_queue_take(queue, 0);
    run_queue_suspend_node(queue, run, 4000);
    run_queue_defer(queue, run, 3500);
    ck_assert_ptr_null(run_queue_take(queue, 3999));
    ck_assert_ptr_eq(run_queue_take(queue, 4000), run);
    run_queue_done(queue, run);

    run_queue_arrived(queue, "nameless", 1, (struct slice){"", 0});
    run_queue_arrived(queue, "other", 1, (struct slice){"", 0});
    run = run_queue_take(queue, 0);
    ck_assert_uint_eq(run_queue_others(queue, run, 0), 1);
    run_queue_suspend_node(queue, run, 5000); /* these have no node in common */
    run_queue_defer(queue, run, 5000);
    take_next(name);
    ck_assert_str_eq(name, "other");
    run_queue_scan_start(queue);
    run_queue_scan_end(queue);
    run_queue_free(queue);
}
END_TEST

START_TEST(resumed_nodes_take_turns_with_the_others)
{
    queue = run_queue_new();
    for (int i = 0; i < 3; i++) {
        arrive("a", i, 100 + i);
        arrive("b", i, i);
    }
    struct queued_run *run = run_queue_take(queue, 0);
    run_queue_suspend_node(queue, run, 1000);
    run_queue_done(queue, run);
    turns_expect("b-2 b-1 b-0 ");
    for (int i = 3; i < 5; i++) {
        arrive("b", i, i);
    }
    run_queue_flush_deferred(queue);
    turns_expect("a-1 a-0 b-4 b-3 ");
    run_queue_free(queue);
}
END_TEST

SUITE_MAIN("node_turns", a_suspended_node_stops_nobody_else, resumed_nodes_take_turns_with_the_others,
           nodes_take_turns_each_with_its_newest_run, a_node_that_is_always_newest_delays_others_by_one_run_each,
           a_node_with_ten_thousand_runs_delays_one_with_one_by_one,
           runs_that_are_gone_or_deferred_leave_their_node_in_order, many_nodes_come_and_go)
