/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/places.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"
#include "util/xmalloc.h"

enum { NOW = 1800000000 };

static const struct virtual_statuses nobody;
static size_t dropped;

static void count_drop(void *context, struct place *place)
{
    (void)context;
    (void)place;
    dropped++;
}

/* ids: ascending, a letter each; settings: lines that each file has. */
static void load(struct places *places, const char *ids, const char *settings, const struct virtual_statuses *before,
                 int64_t now)
{
    struct virtual_nodes nodes = {xcalloc(strlen(ids) + 1, sizeof(struct virtual_node *)), 0, NULL, 0};
    for (const char *id = ids; *id != '\0'; id++) {
        struct err err;
        char text[256];
        snprintf(text, sizeof text, "node_id = \"%c\"; command = [\"/bin/true\"]; %s", *id, settings);
        nodes.at[nodes.count++] = virtual_node_parse("x.conf", slice_from_str(text), &err);
        ck_assert_msg(nodes.at[nodes.count - 1] != NULL, "%s", err.text);
    }
    places_reload(places, &nodes, before, now, count_drop, NULL);
    virtual_nodes_free(&nodes);
}

START_TEST(who_is_due_first_comes_first)
{
    struct places places = {0};
    load(&places, "abc", "period = 100;", &nobody, NOW);
    int64_t next = places_next(&places);
    ck_assert(next >= NOW && next <= NOW + 100);
    ck_assert_ptr_null(places_due(&places, next - 1));
    struct place *first = places_due(&places, NOW + 200);
    ck_assert_int_eq(first->status.next, next);
    place_begun(first, NOW + 200);
    struct place *second = places_due(&places, NOW + 200);
    ck_assert_ptr_ne(second, first);
    ck_assert_int_ge(second->status.next, next);
    places_free(&places);
}
END_TEST

START_TEST(a_node_that_runs_is_not_started_again)
{
    struct places places = {0};
    load(&places, "a", "period = 100;", &nobody, NOW);
    places.at[0]->run = (struct virtual_run *)&places;
    ck_assert_ptr_null(places_due(&places, NOW + 150));
    ck_assert_int_gt(places_next(&places), NOW + 150);
    places.at[0]->run = NULL;
    places_free(&places);
}
END_TEST

START_TEST(what_stays_keeps_what_it_knows)
{
    struct places places = {0};
    load(&places, "ab", "period = 1000;", &nobody, NOW);
    struct place *b = places_find(&places, "b");
    b->status.last = NOW;
    place_begun(b, NOW);
    const int64_t next = b->status.next;
    dropped = 0;
    load(&places, "bc", "period = 1000;", &nobody, NOW + 1);
    ck_assert_uint_eq(places.count, 2);
    ck_assert_uint_eq(dropped, 1);
    ck_assert_ptr_eq(places_find(&places, "b"), b);
    ck_assert_int_eq(b->status.next, next);
    ck_assert_ptr_null(places_find(&places, "a"));
    load(&places, "bc", "period = 10;", &nobody, NOW + 1);
    ck_assert_int_le(b->status.next, NOW + 11);
    ck_assert_int_eq(b->status.last, NOW);
    places_free(&places);
}
END_TEST

START_TEST(what_an_earlier_process_knew_is_taken_up)
{
    struct virtual_status known = {.node_id = "a", .last = NOW - 5, .ok = true, .running = true};
    const struct virtual_statuses before = {&known, 1};
    struct places places = {0};
    load(&places, "a", "period = \"1h\";", &before, NOW);
    ck_assert_int_eq(places.at[0]->status.last, NOW - 5);
    ck_assert(places.at[0]->status.ok && !places.at[0]->status.running);
    places_free(&places);
}
END_TEST

START_TEST(one_that_is_off_is_never_due)
{
    struct places places = {0};
    load(&places, "a", "enabled = false;", &nobody, NOW);
    ck_assert(places_next(&places) == INT64_MAX);
    ck_assert(!places_request(&places, "a", NOW) && !places_request(&places, "b", NOW));
    load(&places, "a", "", &nobody, NOW);
    ck_assert(places_request(&places, "a", NOW));
    ck_assert_ptr_eq(places_due(&places, NOW), places.at[0]);
    places_free(&places);
}
END_TEST

SUITE_MAIN("places", who_is_due_first_comes_first, a_node_that_runs_is_not_started_again,
           what_stays_keeps_what_it_knows, what_an_earlier_process_knew_is_taken_up, one_that_is_off_is_never_due)
