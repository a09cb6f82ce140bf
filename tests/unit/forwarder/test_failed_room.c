/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/failed_room.h"

#include <stdio.h>

#include "support/made_spool.h"
#include "support/suite.h"
#include "util/xmalloc.h"

static struct tmpdir directory;
static struct spool *spool;
static struct failed_room *room;

static void room_set_up(size_t files, int64_t bytes)
{
    directory = tmpdir_make();
    spool = made_spool_open(&directory, "incoming");
    room = failed_room_new(spool, files, bytes);
}

static void room_tear_down(void)
{
    failed_room_free(room);
    spool_close(spool);
    tmpdir_remove(&directory);
}

static const char *run_name(const char *node, int number)
{
    static char name[64];
    snprintf(name, sizeof name, "2018-08-24T15:%02d:%02d+00:00@%s.log", number / 60, number % 60, node);
    return name;
}

static void refuse_of(struct spool *from, const char *node, const char *name, const char *text, bool verified)
{
    struct err err;
    const struct spool_refusal refusal = {.node_id = node, .reason = "no", .verified = verified};
    tmpdir_write(spool_incoming_fd(from), name, text);
    ck_assert_int_eq(spool_quarantine(from, name, NULL, &refusal, &err), SPOOL_LEFT);
}

static void refuse(const char *name, const char *text, bool verified)
{
    refuse_of(spool, "", name, text, verified);
}

/* The node's run of that number is refused. Returns how many were removed for it. */
static size_t add_failed(const char *node, int number, bool verified)
{
    refuse(run_name(node, number), "0123456789", verified);
    return failed_room_added(room, node, 10);
}

static bool failed_has(const char *node, int number)
{
    return tmpdir_has(spool_failed_fd(spool), run_name(node, number));
}

static int failed_of(const char *node, int up_to)
{
    int count = 0;
    for (int i = 0; i < up_to; i++) {
        count += failed_has(node, i);
    }
    return count;
}

START_TEST(the_oldest_of_the_node_goes)
{
    room_set_up(3, 1000);
    refuse(run_name("n1", 0), "0123456789", false); /* it is there before the first look */
    for (int i = 1; i < 3; i++) {
        ck_assert_uint_eq(add_failed("n1", i, false), 0);
        ck_assert_uint_eq(add_failed("n2", i, false), 0);
    }
    ck_assert_uint_eq(add_failed("n1", 3, false), 1);
    ck_assert(!failed_has("n1", 0));
    ck_assert_uint_eq(add_failed("n1", 4, false), 1);
    ck_assert(!failed_has("n1", 1));
    ck_assert_int_eq(failed_of("n1", 10), 3);
    ck_assert_int_eq(failed_of("n2", 10), 2);
    char *reason = xasprintf("%s.reason", run_name("n1", 0));
    ck_assert(!tmpdir_has(spool_failed_fd(spool), reason));
    free(reason);
    room_tear_down();
}
END_TEST

START_TEST(a_verified_one_never_goes)
{
    room_set_up(3, 1000);
    ck_assert_uint_eq(add_failed("n1", 0, true), 0);
    ck_assert_uint_eq(add_failed("n1", 1, false), 0);
    ck_assert_uint_eq(add_failed("n1", 2, true), 0);
    ck_assert_uint_eq(add_failed("n1", 3, true), 1);
    ck_assert(!failed_has("n1", 1));
    for (int i = 4; i < 10; i++) {
        ck_assert_uint_eq(add_failed("n1", i, true), 0);
    }
    ck_assert_int_eq(failed_of("n1", 10), 9);
    ck_assert_uint_eq(add_failed("n1", 10, false), 1); /* no room for this one */
    ck_assert(!failed_has("n1", 10));
    room_tear_down();
}
END_TEST

START_TEST(bytes_count_as_well)
{
    room_set_up(100, 35);
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(add_failed("n1", i, false), 0);
    }
    ck_assert_uint_eq(add_failed("n1", 3, false), 1);
    ck_assert(!failed_has("n1", 0));
    refuse(run_name("n1", 4), "012345678901234567890123456789", false);
    ck_assert_uint_eq(failed_room_added(room, "n1", 30), 3);
    ck_assert(failed_has("n1", 4));
    room_tear_down();
}
END_TEST

START_TEST(what_others_removed_makes_room)
{
    room_set_up(3, 1000);
    for (int i = 0; i < 3; i++) {
        add_failed("n1", i, false);
    }
    ck_assert(spool_drop(spool, run_name("n1", 2), NULL));
    ck_assert_uint_eq(add_failed("n1", 3, false), 0);
    ck_assert_int_eq(failed_of("n1", 10), 3);
    ck_assert_uint_eq(add_failed("n1", 4, false), 1);
    room_tear_down();
}
END_TEST

START_TEST(many_are_cleared_a_sixteenth_at_once)
{
    room_set_up(160, 100000);
    for (int i = 0; i < 160; i++) {
        ck_assert_uint_eq(add_failed("n1", i, i == 0), 0);
    }
    ck_assert_uint_eq(add_failed("n1", 160, false), 11);
    ck_assert_int_eq(failed_of("n1", 200), 150);
    ck_assert(failed_has("n1", 0));
    ck_assert(failed_has("n1", 12));
    for (int i = 161; i < 171; i++) {
        ck_assert_uint_eq(add_failed("n1", i, false), 0);
    }
    room_tear_down();
}
END_TEST

/* The inventory of that number, which says the node; "": which does not. */
static size_t add_failed_inventory(const char *node, int number, bool verified)
{
    char name[64];
    snprintf(name, sizeof name, "host-%d.ocs.gz", number);
    refuse_of(spool, node, name, "0123456789", verified);
    return failed_room_added(room, node, 10);
}

static bool failed_has_inventory(int number)
{
    char name[64];
    snprintf(name, sizeof name, "host-%d.ocs.gz", number);
    return tmpdir_has(spool_failed_fd(spool), name);
}

static void inventory_room_set_up(void)
{
    directory = tmpdir_make();
    spool = made_spool_open(&directory, "accepted-nodes-updates");
    room = failed_room_new_inventories(spool, 2, 1000);
}

START_TEST(inventories_go_by_the_node_that_their_reason_says)
{
    inventory_room_set_up();
    ck_assert_uint_eq(add_failed_inventory("n1", 1, true), 0);
    ck_assert_uint_eq(add_failed_inventory("n1", 2, false), 0);
    ck_assert_uint_eq(add_failed_inventory("n2", 3, false), 0);
    ck_assert_uint_eq(add_failed_inventory("n1", 4, false), 1);
    ck_assert(failed_has_inventory(1) && !failed_has_inventory(2));
    ck_assert(failed_has_inventory(3) && failed_has_inventory(4));
    ck_assert_uint_eq(add_failed_inventory("", 5, false), 0);
    ck_assert_uint_eq(add_failed_inventory("", 6, false), 0);
    ck_assert_uint_eq(add_failed_inventory("", 7, false), 1);
    ck_assert(!failed_has_inventory(5) && failed_has_inventory(6) && failed_has_inventory(7));
    room_tear_down();
}
END_TEST

/* Several directories share one failed/, and others put files there. */
START_TEST(inventories_of_other_directories_stay)
{
    inventory_room_set_up();
    struct spool *other = made_spool_open(&directory, "incoming");
    refuse_of(other, "", "other-1.ocs", "first", false);
    refuse_of(other, "", "other-2.ocs", "second", false);
    tmpdir_write(spool_failed_fd(spool), "of-the-web-application.ocs", "third");
    ck_assert_uint_eq(add_failed_inventory("", 1, false), 0);
    ck_assert_uint_eq(add_failed_inventory("", 2, false), 0);
    ck_assert_uint_eq(add_failed_inventory("", 3, false), 1);
    ck_assert(tmpdir_has(spool_failed_fd(spool), "other-1.ocs"));
    ck_assert(tmpdir_has(spool_failed_fd(spool), "of-the-web-application.ocs"));
    ck_assert(!failed_has_inventory(1) && failed_has_inventory(3));
    spool_close(other);

    /* nor do they where files without a reason would belong to this one */
    failed_room_free(room);
    spool_close(spool);
    spool = made_spool_open(&directory, "incoming");
    room = failed_room_new_inventories(spool, 2, 1000);
    ck_assert_uint_eq(add_failed_inventory("", 4, false), 1);
    ck_assert(!tmpdir_has(spool_failed_fd(spool), "other-1.ocs"));
    ck_assert(tmpdir_has(spool_failed_fd(spool), "of-the-web-application.ocs"));
    room_tear_down();
}
END_TEST

SUITE_MAIN("failed_room", the_oldest_of_the_node_goes, a_verified_one_never_goes, bytes_count_as_well,
           what_others_removed_makes_room, many_are_cleared_a_sixteenth_at_once,
           inventories_go_by_the_node_that_their_reason_says, inventories_of_other_directories_stay)
