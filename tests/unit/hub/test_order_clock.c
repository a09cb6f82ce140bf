/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/order_clock.h"
#include "support/suite.h"

/* Written in boot `boot` at 1,000,000 on the wall, to expire at 700,000 ms, with 600 s. */
static int64_t expires(const char *boot, const struct order_clock *clock)
{
    const struct order_text order = {
        .boot = slice_from_str(boot), .expires_ms = 700000, .written = 1000000, .seconds = 600};
    return order_clock_expires(clock, &order);
}

START_TEST(within_a_boot_the_wall_does_not_matter)
{
    ck_assert_int_eq(expires("b1", &(struct order_clock){200000, 1, "b1"}), 700000);
    ck_assert_int_eq(expires("b1", &(struct order_clock){200000, 9999999, "b1"}), 700000);
    ck_assert_int_eq(expires("b1", &(struct order_clock){800000, 1000000, "b1"}), 700000);
}
END_TEST

START_TEST(a_file_gives_no_more_than_the_lifetime)
{
    ck_assert_int_eq(expires("b1", &(struct order_clock){1000, 1000000, "b1"}), 601000);
}
END_TEST

START_TEST(over_a_boot_the_wall_counts)
{
    ck_assert_int_eq(expires("b1", &(struct order_clock){5000, 1000100, "b2"}), 505000);
    ck_assert_int_eq(expires("b1", &(struct order_clock){5000, 1000600, "b2"}), 5000);
    ck_assert_int_eq(expires("b1", &(struct order_clock){5000, 999, "b2"}), 605000);
    ck_assert_int_eq(expires("", &(struct order_clock){5000, 1000100, ""}), 505000);
}
END_TEST

SUITE_MAIN("order_clock", within_a_boot_the_wall_does_not_matter, a_file_gives_no_more_than_the_lifetime,
           over_a_boot_the_wall_counts)
