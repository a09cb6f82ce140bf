/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "hub/order_clock.h"
#include "hub/orders.h"
#include "support/suite.h"
#include "support/tmpdir.h"

static struct tmpdir directory;
static struct relay_config config;
static struct wait_table *table;
static struct orders *orders;
static char path[100];

static void open_orders(void)
{
    struct err err = {""};
    table = wait_table_new();
    orders = orders_open(&config, table, NULL, &err);
    ck_assert_msg(orders != NULL, "%s", err.text);
}

static void close_orders(void)
{
    orders_close(orders);
    wait_table_free(table);
}

static void begin(void)
{
    directory = tmpdir_make();
    snprintf(path, sizeof path, "%s/orders", directory.path);
    config.hub.orders_directory = path;
    config.hub.order_lifetime = 600;
    config.hub.max_orders = 3;
    open_orders();
}

static void finish(void)
{
    close_orders();
    tmpdir_remove(&directory);
}

static struct wait_node *node(const char *key)
{
    return wait_table_get(table, slice_from_str(key));
}

/* An order for n1 and n2. */
static struct order *order_for_two(int64_t seconds, struct err *err)
{
    struct order_text_target targets[] = {{slice_from_str("n1"), {0}}, {slice_from_str("n2"), {0}}};
    struct order_text text = {.seconds = seconds, .targets = targets, .target_count = 2};
    return orders_add(orders, &text, err);
}

static bool is_stored(uint64_t ticket)
{
    char file[200];
    snprintf(file, sizeof file, "%s/%020llu", path, (unsigned long long)ticket);
    return access(file, F_OK) == 0;
}

/* The node asks, gets what there is, and says that it has begun it. Returns its ticket, 0: none. */
static uint64_t node_asks(const char *key, uint64_t after)
{
    struct buffer text = {0};
    struct order_target *target = orders_next(orders, node(key), after);
    uint64_t ticket = target != NULL ? target->order->ticket : 0;
    if (target != NULL) {
        orders_give(target, &text);
    }
    buffer_free(&text);
    return ticket;
}

START_TEST(each_node_gets_the_orders_in_their_order)
{
    begin();
    uint64_t first = order_for_two(0, NULL)->ticket, second = order_for_two(0, NULL)->ticket;
    ck_assert_uint_gt(second, first);
    ck_assert_uint_eq(node_asks("n1", 0), first);
    ck_assert_uint_eq(node_asks("n1", 0), first); /* it has not begun it: again */
    ck_assert_uint_eq(node_asks("n1", first), second);
    ck_assert_uint_eq(node_asks("n1", second), 0);
    ck_assert_uint_eq(node_asks("n3", 0), 0);
    ck_assert(is_stored(first) && is_stored(second));
    ck_assert_uint_eq(node_asks("n2", second), 0);
    ck_assert(!is_stored(first) && !is_stored(second));
    ck_assert_uint_eq(orders_count(orders), 0);
    finish();
}
END_TEST

START_TEST(an_order_outlives_the_hub)
{
    begin();
    uint64_t ticket = order_for_two(0, NULL)->ticket;
    ck_assert_uint_eq(node_asks("n1", 0), ticket);
    close_orders();
    open_orders();
    ck_assert_uint_eq(node_asks("n1", ticket), 0);
    ck_assert_uint_eq(node_asks("n2", 0), ticket);
    ck_assert_uint_eq(node_asks("n2", ticket), 0);
    ck_assert_uint_eq(orders_count(orders), 0);
    finish();
}
END_TEST

START_TEST(output_says_that_it_has_begun)
{
    begin();
    uint64_t ticket = order_for_two(0, NULL)->ticket;
    ck_assert_ptr_null(orders_find(node("n1"), ticket + 1));
    orders_begun(orders_find(node("n1"), ticket));
    ck_assert_uint_eq(node_asks("n1", 0), 0);
    ck_assert(is_stored(ticket));
    orders_over(orders_find(node("n2"), ticket));
    ck_assert(!is_stored(ticket));
    finish();
}
END_TEST

START_TEST(a_relays_hub_says_what_it_tells_no_more)
{
    struct order_text_target targets[] = {{slice_from_str("r1/below"), slice_from_str("n3")},
                                          {slice_from_str("n1"), {0}}};
    struct order_text text = {.targets = targets, .target_count = 2};
    begin();
    struct order *order = orders_add(orders, &text, NULL);
    uint64_t ticket = order->ticket;
    struct wait_node *relay = node("r1/below");
    relay->told = ticket - 1;
    ck_assert_ptr_null(orders_next(orders, relay, ticket));
    ck_assert_int_eq(order->targets[0].state, TARGET_BEGUN);
    ck_assert_int_gt(order->targets[0].given_ms, 0); /* also where a hub before gave it */
    relay->told = ticket;
    ck_assert_ptr_null(orders_next(orders, relay, ticket));
    ck_assert_int_eq(order->targets[0].state, TARGET_OVER);
    ck_assert_uint_eq(node_asks("n1", 0), ticket);
    finish();
}
END_TEST

START_TEST(an_order_expires)
{
    begin();
    struct order *order = order_for_two(1, NULL);
    uint64_t ticket = order->ticket;
    orders_expire(orders);
    ck_assert_uint_eq(orders_count(orders), 1);
    order->expires_ms = order_clock_ms();
    ck_assert_uint_eq(node_asks("n1", 0), 0);
    orders_expire(orders);
    ck_assert_uint_eq(orders_count(orders), 0);
    ck_assert(!is_stored(ticket));
    finish();
}
END_TEST

START_TEST(there_are_no_more_than_the_configuration_says)
{
    struct err err = {""};
    begin();
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_nonnull(order_for_two(0, &err));
    }
    ck_assert_ptr_null(order_for_two(0, &err));
    ck_assert_str_eq(err.text, "there are too many orders (hub.max_orders)");
    finish();
}
END_TEST

START_TEST(a_disk_that_takes_nothing_is_no_order)
{
    struct err err = {""};
    begin();
    tmpdir_remove(&directory);
    ck_assert_ptr_null(order_for_two(0, &err));
    ck_assert(err.text[0] != '\0');
    ck_assert_uint_eq(orders_count(orders), 0);
    close_orders();
}
END_TEST

START_TEST(a_file_that_is_none_is_left_alone)
{
    begin();
    close_orders();
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    tmpdir_write(fd, "00000000000000000007", "ticket = 7\ntarget = ../x\n");
    tmpdir_write(fd, "00000000000000000008", "ticket = 9\ntarget = n1\n");
    close(fd);
    open_orders();
    ck_assert_uint_eq(orders_count(orders), 0);
    ck_assert(is_stored(7));
    finish();
}
END_TEST

SUITE_MAIN("orders", each_node_gets_the_orders_in_their_order, an_order_outlives_the_hub, output_says_that_it_has_begun,
           a_relays_hub_says_what_it_tells_no_more, an_order_expires, there_are_no_more_than_the_configuration_says,
           a_disk_that_takes_nothing_is_no_order, a_file_that_is_none_is_left_alone)
