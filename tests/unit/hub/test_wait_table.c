/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "hub/wait_table.h"
#include "support/suite.h"

START_TEST(a_key_has_one_entry)
{
    struct wait_table *table = wait_table_new();
    struct wait_node *node = wait_table_get(table, slice_from_str("n1"));
    ck_assert_ptr_eq(wait_table_get(table, slice_from_str("n1")), node);
    ck_assert_ptr_eq(wait_table_find(table, "n1"), node);
    ck_assert_ptr_null(wait_table_find(table, "n1/below"));
    ck_assert_ptr_ne(wait_table_get(table, slice_from_str("n1/below")), node);
    wait_table_free(table);
}
END_TEST

START_TEST(who_waits_runs_or_was_here_lately_is_there)
{
    struct wait_table *table = wait_table_new();
    struct wait_node *node = wait_table_get(table, slice_from_str("n1"));
    ck_assert(!wait_node_is_there(node, 1000000));
    node->seen_ms = 980000;
    ck_assert(wait_node_is_there(node, 1000000));
    ck_assert(!wait_node_is_there(node, 1010001));
    node->given_ms = 990000;
    ck_assert(wait_node_is_there(node, 1010001));
    ck_assert(!wait_node_is_there(node, 2000000));
    wait_table_free(table);
}
END_TEST

static bool known_n1(void *context, const char *node_id)
{
    (void)context;
    return strcmp(node_id, "n1") == 0;
}

START_TEST(entries_of_unknown_nodes_go_unless_they_are_used)
{
    struct wait_table *table = wait_table_new();
    wait_table_get(table, slice_from_str("n1"));
    wait_table_get(table, slice_from_str("n1/below"));
    wait_table_get(table, slice_from_str("n2"));
    wait_table_get(table, slice_from_str("n3"))->conns = 1;
    wait_table_sweep(table, known_n1, NULL);
    ck_assert_ptr_nonnull(wait_table_find(table, "n1"));
    ck_assert_ptr_nonnull(wait_table_find(table, "n1/below"));
    ck_assert_ptr_null(wait_table_find(table, "n2"));
    ck_assert_ptr_nonnull(wait_table_find(table, "n3"));
    wait_table_free(table);
}
END_TEST

SUITE_MAIN("wait_table", a_key_has_one_entry, who_waits_runs_or_was_here_lately_is_there,
           entries_of_unknown_nodes_go_unless_they_are_used)
