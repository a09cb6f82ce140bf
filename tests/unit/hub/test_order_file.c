/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "hub/order_file.h"
#include "support/suite.h"
#include "support/tmpdir.h"

static struct tmpdir directory;
static char orders_path[100];

static struct order_files *files_open(void)
{
    struct err err = {""};
    struct order_files *files = order_files_open(orders_path, &err);
    ck_assert_msg(files != NULL, "%s", err.text);
    return files;
}

static void make_orders_path(void)
{
    directory = tmpdir_make();
    snprintf(orders_path, sizeof orders_path, "%s/orders", directory.path);
}

static uint64_t ticket_of(struct order_files *files)
{
    struct err err = {""};
    uint64_t ticket = 0;
    ck_assert_msg(order_files_ticket(files, &ticket, &err), "%s", err.text);
    return ticket;
}

START_TEST(tickets_ascend_over_restarts)
{
    make_orders_path();
    uint64_t last = 0;
    for (int restart = 0; restart < 3; restart++) {
        struct order_files *files = files_open();
        for (int i = 0; i < 5; i++) {
            uint64_t ticket = ticket_of(files);
            ck_assert_uint_gt(ticket, last);
            last = ticket;
        }
        order_files_close(files);
    }
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(tickets_ascend_when_the_clock_is_set_back)
{
    make_orders_path();
    struct order_files *files = files_open();
    order_files_close(files);
    int fd = open(orders_path, O_RDONLY | O_DIRECTORY);
    tmpdir_write(fd, ".tickets", "00099999999999999999\n"); /* in a thousand years */
    close(fd);
    files = files_open();
    ck_assert_uint_eq(ticket_of(files), UINT64_C(100000000000000000));
    order_files_close(files);
    files = files_open();
    ck_assert_uint_gt(ticket_of(files), UINT64_C(100000000000000000));
    order_files_close(files);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_node_that_knows_a_higher_ticket_is_believed_within_reason)
{
    make_orders_path();
    struct order_files *files = files_open();
    uint64_t ticket = ticket_of(files);
    order_files_saw(files, ticket + 3600u * 1000000u);
    uint64_t higher = ticket_of(files);
    ck_assert_uint_gt(higher, ticket + 3600u * 1000000u);
    order_files_saw(files, UINT64_MAX);
    ck_assert_uint_lt(ticket_of(files), higher + 1000000u);
    order_files_close(files);
    tmpdir_remove(&directory);
}
END_TEST

static void keep_order_text(void *context, uint64_t ticket, struct slice text)
{
    char *seen = context;
    sprintf(seen + strlen(seen), "%llu=%.*s;", (unsigned long long)ticket, (int)text.len, text.at);
}

START_TEST(orders_are_there_until_they_are_removed)
{
    make_orders_path();
    struct err err = {""};
    char seen[200] = "";
    struct order_files *files = files_open();
    ck_assert(order_files_write(files, 12, slice_from_str("b"), &err));
    ck_assert(order_files_write(files, 7, slice_from_str("a"), &err));
    ck_assert(order_files_write(files, 9, slice_from_str("x"), &err));
    order_files_remove(files, 9);
    order_files_close(files);
    files = files_open();
    ck_assert(order_files_read(files, keep_order_text, seen, &err));
    ck_assert_str_eq(seen, "7=a;12=b;");
    order_files_close(files);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_ticket_above_is_kept)
{
    make_orders_path();
    struct err err = {""};
    struct order_files *files = files_open();
    ck_assert_uint_eq(order_files_above(files), 0);
    ck_assert(order_files_set_above(files, 77, &err));
    order_files_close(files);
    files = files_open();
    ck_assert_uint_eq(order_files_above(files), 77);
    order_files_close(files);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_second_hub_is_told)
{
    make_orders_path();
    struct err err = {""};
    struct order_files *files = files_open();
    ck_assert_ptr_null(order_files_open(orders_path, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "another hub uses it"));
    order_files_close(files);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("order_file", tickets_ascend_over_restarts, tickets_ascend_when_the_clock_is_set_back,
           a_node_that_knows_a_higher_ticket_is_believed_within_reason, orders_are_there_until_they_are_removed,
           the_ticket_above_is_kept, a_second_hub_is_told)
