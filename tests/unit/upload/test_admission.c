/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/tmpdir.h"
#include "support/suite.h"
#include "upload/admission.h"

static void add_files(const struct tmpdir *directory, size_t from, size_t count)
{
    for (size_t i = from; i < from + count; i++) {
        char name[32];
        snprintf(name, sizeof name, "%zu.log", i);
        tmpdir_write(directory->fd, name, "");
    }
}

START_TEST(a_small_limit_is_exact)
{
    struct tmpdir directory = tmpdir_make();
    struct admission admission = {.max_waiting = 5};
    struct err err = {0};
    size_t taken = 0;
    while (admission_check(&admission, directory.fd, 1, &err) == ADMISSION_GRANTED) {
        add_files(&directory, taken++, 1);
        admission_stored(&admission);
        ck_assert_uint_le(taken, 10);
    }
    ck_assert_uint_eq(taken, 6); /* with five there, it does not hold more than five */
    ck_assert_str_eq(err.text, "more than 5 files wait in the spool");
    unlinkat(directory.fd, "3.log", 0);
    ck_assert_int_eq(admission_check(&admission, directory.fd, 1, &err), ADMISSION_GRANTED);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_larger_limit_is_exact_though_not_always_counted)
{
    struct tmpdir directory = tmpdir_make();
    struct admission admission = {.max_waiting = 50};
    size_t taken = 0;
    add_files(&directory, 1000, 20);
    while (admission_check(&admission, directory.fd, 1, NULL) == ADMISSION_GRANTED) {
        add_files(&directory, taken++, 1);
        admission_stored(&admission);
        ck_assert_uint_le(taken, 100);
    }
    ck_assert_uint_eq(taken, 31);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(several_workers_keep_it_together)
{
    struct tmpdir directory = tmpdir_make();
    struct admission workers[16];
    size_t taken = 0;
    size_t refused = 0;
    for (size_t i = 0; i < 16; i++) {
        workers[i] = (struct admission){.max_waiting = 50};
    }
    for (size_t i = 0; refused < 16; i++) {
        if (admission_check(&workers[i % 16], directory.fd, 1, NULL) == ADMISSION_GRANTED) {
            add_files(&directory, taken++, 1);
            admission_stored(&workers[i % 16]);
        } else {
            refused++;
        }
        ck_assert_uint_le(taken, 200);
    }
    ck_assert_uint_eq(taken, 51);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(temporary_files_and_reasons_do_not_count)
{
    struct tmpdir directory = tmpdir_make();
    struct admission admission = {.max_waiting = 0};
    tmpdir_write(directory.fd, ".0123456789abcdef.tmp", "");
    tmpdir_write(directory.fd, "a.log.reason", "");
    ck_assert_int_eq(admission_check(&admission, directory.fd, 1, NULL), ADMISSION_GRANTED);
    add_files(&directory, 0, 1);
    ck_assert_int_eq(admission_check(&admission, directory.fd, 1, NULL), ADMISSION_TOO_MANY);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_reserve_and_the_files_own_bytes_must_be_free)
{
    struct tmpdir directory = tmpdir_make();
    struct admission admission = {.max_waiting = 5};
    struct err err = {0};
    ck_assert_int_eq(admission_check(&admission, directory.fd, 0, &err), ADMISSION_GRANTED);
    ck_assert_int_eq(admission_check(&admission, directory.fd, INT64_MAX, &err), ADMISSION_NO_SPACE);
    ck_assert_ptr_nonnull(strstr(err.text, "free"));
    admission.min_free_space = INT64_MAX;
    ck_assert_int_eq(admission_check(&admission, directory.fd, 0, &err), ADMISSION_NO_SPACE);
    ck_assert_int_eq(admission_check(&admission, directory.fd, INT64_MAX, &err), ADMISSION_NO_SPACE);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("admission", a_small_limit_is_exact, a_larger_limit_is_exact_though_not_always_counted,
           several_workers_keep_it_together,
           temporary_files_and_reasons_do_not_count, the_reserve_and_the_files_own_bytes_must_be_free)
