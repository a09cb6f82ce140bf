/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/queue_list.h"
#include "support/suite.h"
#include "support/tmpdir.h"

enum { FILES = 500 };

/* FILES files, their ages every multiple of 10 s in a shuffled order, two of each; sizes 0 to 6 bytes. */
static struct tmpdir shuffled(void)
{
    struct tmpdir directory = tmpdir_make();
    for (int i = 0; i < FILES; i++) {
        char name[32];
        snprintf(name, sizeof name, "%03d.log", i);
        tmpdir_write(directory.fd, name, &"123456"[i % 7]);
        tmpdir_age(directory.fd, name, i * 7919 % FILES / 2 * 10);
    }
    return directory;
}

START_TEST(the_newest_are_kept_in_order_and_all_are_counted)
{
    static const size_t limits[] = {0, 1, 2, 3, 50, FILES - 1, FILES, SIZE_MAX};
    struct tmpdir directory = shuffled();
    struct queue_list all;
    struct err err;
    ck_assert(queue_list_read(&all, directory.fd, SIZE_MAX, &err));
    ck_assert_uint_eq(all.kept_count, FILES);
    for (size_t i = 1; i < FILES; i++) {
        bool older = all.kept[i].mtime < all.kept[i - 1].mtime;
        bool same = all.kept[i].mtime == all.kept[i - 1].mtime;
        ck_assert(older || (same && strcmp(all.kept[i].name, all.kept[i - 1].name) > 0));
    }
    ck_assert_int_eq(all.sum.oldest, all.kept[FILES - 1].mtime);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct queue_list list;
        ck_assert(queue_list_read(&list, directory.fd, limits[i], &err));
        ck_assert_uint_eq(list.sum.files, FILES);
        ck_assert_uint_eq(list.sum.bytes, all.sum.bytes);
        ck_assert_int_eq(list.sum.oldest, all.sum.oldest);
        ck_assert_uint_eq(list.kept_count, limits[i] < FILES ? limits[i] : FILES);
        for (size_t j = 0; j < list.kept_count; j++) {
            ck_assert_str_eq(list.kept[j].name, all.kept[j].name);
        }
        queue_list_free(&list);
    }
    queue_list_free(&all);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_directory_that_cannot_be_read)
{
    struct queue_list list;
    struct err err;
    ck_assert(!queue_list_read(&list, -1, 10, &err));
    ck_assert_uint_eq(list.sum.files, 0);
    queue_list_free(&list);
}
END_TEST

SUITE_MAIN("queue_list", the_newest_are_kept_in_order_and_all_are_counted, a_directory_that_cannot_be_read)
