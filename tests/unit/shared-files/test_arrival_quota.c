/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/arrival_quota.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/suite.h"
#include "support/tmpdir.h"

enum { LIMIT = 64000, HALF = LIMIT / 2, MANY = 40 };

static struct tmpdir directory;
static struct err reason;

static int take_room_for(const char *client, int64_t bytes)
{
    return arrival_quota_take(directory.path, client, bytes, LIMIT, 0, &reason);
}

START_TEST(one_client_gets_half_and_all_get_the_whole)
{
    directory = tmpdir_make();
    int first = take_room_for("192.0.2.1", HALF - 2000), second = take_room_for("192.0.2.1", 2000);
    ck_assert_int_ge(first, 0);
    ck_assert_int_ge(second, 0);
    ck_assert_int_eq(take_room_for("192.0.2.1", 1), -1);
    ck_assert_int_eq(errno, EAGAIN);
    int other = take_room_for("2001:db8::1", HALF);
    ck_assert_int_ge(other, 0);
    ck_assert_int_eq(take_room_for("192.0.2.3", 1), -1); /* it has nothing, but nothing is left */
    close(second);
    second = take_room_for("192.0.2.3", 1000);
    ck_assert_int_ge(second, 0);
    close(first);
    close(second);
    close(other);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(small_ones_count_as_a_32nd)
{
    int taken[MANY], count = 0;
    directory = tmpdir_make();
    while (count < MANY && (taken[count] = take_room_for("192.0.2.1", 1)) >= 0) {
        count++;
    }
    ck_assert_int_eq(count, 16);
    while (count < MANY && (taken[count] = take_room_for("192.0.2.2", 0)) >= 0) {
        count++;
    }
    ck_assert_int_eq(count, 32);
    ck_assert_int_eq(take_room_for("192.0.2.3", 1), -1);
    while (count > 0) {
        close(taken[--count]);
    }
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_file_larger_than_half_takes_all_that_one_may_have)
{
    directory = tmpdir_make();
    int large = take_room_for("192.0.2.1", INT64_MAX);
    ck_assert_int_ge(large, 0);
    ck_assert_int_eq(take_room_for("192.0.2.1", 1), -1);
    int other = take_room_for("192.0.2.2", HALF);
    ck_assert_int_ge(other, 0);
    close(large);
    close(other);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(who_is_refused_holds_nothing)
{
    directory = tmpdir_make();
    int first = take_room_for("192.0.2.1", 20000);
    ck_assert_int_eq(take_room_for("192.0.2.1", 20000), -1);
    int second = take_room_for("192.0.2.1", 12000);
    ck_assert_int_ge(second, 0);
    close(first);
    close(second);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_is_no_lack_of_room_has_its_reason)
{
    directory = tmpdir_make();
    ck_assert_int_eq(mkdirat(directory.fd, ".arrivals", 0700), 0);
    ck_assert_int_eq(take_room_for("192.0.2.1", 1), -1);
    ck_assert_int_ne(errno, EAGAIN);
    ck_assert_ptr_nonnull(strstr(reason.text, "/.arrivals: "));
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("arrival_quota", one_client_gets_half_and_all_get_the_whole, small_ones_count_as_a_32nd,
           a_file_larger_than_half_takes_all_that_one_may_have, who_is_refused_holds_nothing,
           what_is_no_lack_of_room_has_its_reason)
