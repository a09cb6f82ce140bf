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

/* Puts a list of 24 lines for each of 5000 nodes, and returns how many nodes are known then. different: how many of the
 * lines no other node has */
static int put_many(struct report_lists *lists, uint64_t different)
{
    struct arena arena = {0};
    struct report_list list = made_list('a', 24), got;
    uint64_t own[24];
    char node[32];
    int known = 0;
    list.hashes = own;
    for (uint64_t i = 0; i < 5000; i++) {
        for (uint64_t line = 0; line < 24; line++) {
            own[line] = 1000 * (line < different ? i : 0) + line;
        }
        snprintf(node, sizeof node, "node-%d", (int)i);
        report_lists_put(lists, node, &list);
        ck_assert(report_lists_get(lists, node, &arena, &got));
        ck_assert_mem_eq(got.hashes, own, sizeof own);
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(node, sizeof node, "node-%d", i);
        known += report_lists_get(lists, node, &arena, &got);
    }
    arena_free(&arena);
    return known;
}

/* Many nodes: the memory stays within its limit, and the last ones are there. What nodes have in common counts once. */
START_TEST(test_forgets_when_it_is_full)
{
    struct report_lists *lists = report_lists_new(20000);
    int alike = put_many(lists, 0);
    ck_assert_int_gt(alike, 150);
    ck_assert_int_lt(alike, 400);
    int different = put_many(lists, 24);
    ck_assert_int_gt(different, 50);
    ck_assert_int_lt(different, 100);
    ck_assert_int_gt(put_many(lists, 1), different);
    ck_assert_int_eq(put_many(lists, 0), alike); /* the memory of the others came back */
    report_lists_free(lists);
}
END_TEST

/* The places of a list that is shorter than a piece, ends with one, or goes on behind it. */
START_TEST(test_lists_of_all_lengths)
{
    struct report_lists *lists = report_lists_new(1 << 20);
    struct arena arena = {0};
    struct report_list list = made_list('a', 0), got;
    uint64_t own[40];
    char node[32];
    for (size_t i = 0; i < 40; i++) {
        own[i] = REPORT_LIST_HASH_MASK - i;
    }
    list.hashes = own;
    for (list.count = 1; list.count <= 40; list.count++) {
        snprintf(node, sizeof node, "node-%zu", list.count);
        report_lists_put(lists, node, &list);
    }
    for (size_t count = 1; count <= 40; count++) {
        snprintf(node, sizeof node, "node-%zu", count);
        ck_assert(report_lists_get(lists, node, &arena, &got));
        ck_assert_uint_eq(got.count, count);
        ck_assert_mem_eq(got.hashes, own, count * sizeof *own);
    }
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

SUITE_MAIN("report_lists", test_gives_back_what_was_put, test_forgets_when_it_is_full, test_lists_of_all_lengths,
           test_leaves_out_what_is_too_large)
