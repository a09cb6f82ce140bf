/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "relay/report_lists.h"
#include "support/suite.h"

static const uint64_t hashes[] = {1, 0, REPORT_LIST_HASH_MASK, 4};

static struct report_list made_list(char letter, size_t count)
{
    struct report_list list = {.day = "2026-11-28", .last_run = 7, .count = count, .hashes = hashes};
    memset(list.id, letter, sizeof list.id);
    return list;
}

START_TEST(test_gives_back_what_was_put)
{
    struct report_lists *lists = report_lists_new(1 << 20);
    struct arena arena = {0};
    struct report_list a = made_list('a', 4), b = made_list('b', 1), got;
    ck_assert(!report_lists_get(lists, "n1", &arena, &got));
    report_lists_put(lists, "n1", &a);
    report_lists_put(lists, "n2", &b);
    ck_assert(report_lists_get(lists, "n1", &arena, &got));
    ck_assert_mem_eq(got.id, a.id, sizeof a.id);
    ck_assert_str_eq(got.day, "2026-11-28");
    ck_assert_uint_eq(got.last_run, 7);
    ck_assert_uint_eq(got.count, 4);
    ck_assert_mem_eq(got.hashes, hashes, sizeof hashes);
    report_lists_put(lists, "n1", &b);
    ck_assert(report_lists_get(lists, "n1", &arena, &got));
    ck_assert_uint_eq(got.count, 1);
    report_lists_clear(lists);
    ck_assert(!report_lists_get(lists, "n2", &arena, &got));
    arena_free(&arena);
    report_lists_free(lists);
}
END_TEST

/* Many nodes: the memory stays within its limit, and the last ones are there. */
START_TEST(test_forgets_when_it_is_full)
{
    struct report_lists *lists = report_lists_new(20000);
    struct arena arena = {0};
    struct report_list list = made_list('a', 4), got;
    char node[32];
    int known = 0;
    for (int i = 0; i < 5000; i++) {
        snprintf(node, sizeof node, "node-%d", i);
        report_lists_put(lists, node, &list);
        ck_assert(report_lists_get(lists, node, &arena, &got));
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(node, sizeof node, "node-%d", i);
        known += report_lists_get(lists, node, &arena, &got);
    }
    ck_assert_int_gt(known, 50);
    ck_assert_int_lt(known, 250);
    arena_free(&arena);
    report_lists_free(lists);
}
END_TEST

START_TEST(test_leaves_out_what_is_too_large)
{
    struct report_lists *lists = report_lists_new(50);
    struct arena arena = {0};
    struct report_list list = made_list('a', 4), got;
    report_lists_put(lists, "n1", &list);
    ck_assert(!report_lists_get(lists, "n1", &arena, &got));
    report_lists_free(lists);
}
END_TEST

SUITE_MAIN("report_lists", test_gives_back_what_was_put, test_forgets_when_it_is_full,
           test_leaves_out_what_is_too_large)
