/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_route.h"
#include "support/made_index.h"
#include "support/suite.h"

static const char list[] =
    "{" MADE_NODE("root", "r", "root") "," MADE_NODE("near", "n", "root") "," MADE_NODE("relay", "y", "root") ","
    MADE_NODE("far", "f", "relay") "," MADE_NODE("loop1", "l", "loop2") "," MADE_NODE("loop2", "l", "loop1") "}";

static enum shared_location way_of(struct node_index *index, const char *me, const char *target, const char *next_hop)
{
    struct shared_route route;
    shared_route_find(&route, index, me, target);
    ck_assert_str_eq(route.next_hop, next_hop);
    return route.way;
}

START_TEST(ways)
{
    struct made_index made = made_index_new(list, "");
    ck_assert_int_eq(way_of(made.index, "root", "near", ""), SHARED_HERE);
    ck_assert_int_eq(way_of(made.index, "root", "root", ""), SHARED_HERE);
    ck_assert_int_eq(way_of(made.index, "root", "relay", ""), SHARED_HERE);
    ck_assert_int_eq(way_of(made.index, "root", "far", "relay"), SHARED_BELOW);
    ck_assert_int_eq(way_of(made.index, "root", "nobody", ""), SHARED_NOWHERE);
    ck_assert_int_eq(way_of(made.index, "root", "loop1", ""), SHARED_NOWHERE);
    ck_assert_int_eq(way_of(made.index, "relay", "far", ""), SHARED_HERE);
    ck_assert_int_eq(way_of(made.index, "relay", "near", ""), SHARED_ABOVE);
    ck_assert_int_eq(way_of(made.index, "relay", "nobody", ""), SHARED_ABOVE);
    made_index_free(&made);
}
END_TEST

SUITE_MAIN("shared_route", ways)
