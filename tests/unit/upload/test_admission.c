/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/suite.h"
#include "support/tmpdir.h"
#include "upload/admission.h"

static void add_files(const struct tmpdir *directory, size_t from, size_t count)
{
    for (size_t i = from; i < from + count; i++) {
        char name[32];
        snprintf(name, sizeof name, "%zu.log", i);
        tmpdir_write(directory->fd, name, "");
    }
}

static enum admission_verdict check(struct admission *admission, const struct tmpdir *directory, int64_t bytes,
                                    struct err *err)
{
    return admission_check(admission, directory->fd, &(struct admission_ask){"", bytes, false}, err);
}

START_TEST(a_small_limit_is_exact)
{
    struct tmpdir directory = tmpdir_make();
    struct admission admission = {.limits.files = 5};
    struct err err = {0};
    size_t taken = 0;
    while (check(&admission, &directory, 1, &err) == ADMISSION_GRANTED) {
        add_files(&directory, taken++, 1);
        admission_stored(&admission, &(struct admission_ask){.node_id = ""});
        ck_assert_uint_le(taken, 10);
    }
    ck_assert_uint_eq(taken, 6); /* with five there, it does not hold more than five */
    ck_assert_str_eq(err.text, "more than 5 files wait in the spool");
    unlinkat(directory.fd, "3.log", 0);
    ck_assert_int_eq(check(&admission, &directory, 1, &err), ADMISSION_GRANTED);
    admission_free(&admission);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_larger_limit_is_exact_though_not_always_counted)
{
    struct tmpdir directory = tmpdir_make();
    struct admission admission = {.limits.files = 50};
    size_t taken = 0;
    add_files(&directory, 1000, 20);
    while (check(&admission, &directory, 1, NULL) == ADMISSION_GRANTED) {
        add_files(&directory, taken++, 1);
        admission_stored(&admission, &(struct admission_ask){.node_id = ""});
        ck_assert_uint_le(taken, 100);
    }
    ck_assert_uint_eq(taken, 31);
    admission_free(&admission);
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
        workers[i] = (struct admission){.limits.files = 50};
    }
    for (size_t i = 0; refused < 16; i++) {
        if (check(&workers[i % 16], &directory, 1, NULL) == ADMISSION_GRANTED) {
            add_files(&directory, taken++, 1);
            admission_stored(&workers[i % 16], &(struct admission_ask){.node_id = ""});
        } else {
            refused++;
        }
        ck_assert_uint_le(taken, 200);
    }
    ck_assert_uint_eq(taken, 51);
    for (size_t i = 0; i < 16; i++) {
        admission_free(&workers[i]);
    }
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(temporary_files_and_reasons_do_not_count)
{
    struct tmpdir directory = tmpdir_make();
    struct admission admission = {.limits.files = 0};
    tmpdir_write(directory.fd, ".0123456789abcdef.tmp", "");
    tmpdir_write(directory.fd, "a.log.reason", "");
    ck_assert_int_eq(check(&admission, &directory, 1, NULL), ADMISSION_GRANTED);
    add_files(&directory, 0, 1);
    ck_assert_int_eq(check(&admission, &directory, 1, NULL), ADMISSION_TOO_MANY);
    admission_free(&admission);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_reserve_and_the_files_own_bytes_must_be_free)
{
    struct tmpdir directory = tmpdir_make();
    struct admission admission = {.limits.files = 5};
    struct err err = {0};
    ck_assert_int_eq(check(&admission, &directory, 0, &err), ADMISSION_GRANTED);
    ck_assert_int_eq(check(&admission, &directory, INT64_MAX, &err), ADMISSION_NO_SPACE);
    ck_assert_ptr_nonnull(strstr(err.text, "free"));
    admission.limits.min_free_space = INT64_MAX;
    ck_assert_int_eq(check(&admission, &directory, 0, &err), ADMISSION_NO_SPACE);
    ck_assert_int_eq(check(&admission, &directory, INT64_MAX, &err), ADMISSION_NO_SPACE);
    admission_free(&admission);
    tmpdir_remove(&directory);
}
END_TEST

/* Run logs of the node, each of five bytes, as long as they are taken, at most `most`. Returns how many were. */
static size_t fill(struct admission *admission, const struct tmpdir *directory, const char *node_id, bool certificate,
                   size_t most, enum admission_verdict *last)
{
    const struct admission_ask ask = {node_id, 5, certificate};
    static unsigned number;
    size_t taken = 0;
    while (taken < most && (*last = admission_check(admission, directory->fd, &ask, NULL)) == ADMISSION_GRANTED) {
        char name[100];
        snprintf(name, sizeof name, "2018-08-24T15:55:01.%06u+00:00@%s.log", number++, node_id);
        tmpdir_write(directory->fd, name, "bytes");
        admission_stored(admission, &ask);
        taken++;
    }
    return taken;
}

START_TEST(each_node_has_limits_of_its_own)
{
    struct tmpdir directory = tmpdir_make();
    struct admission admission = {.limits = {.files = 1000, .node_files = 7, .node_bytes = 1000, .file_bytes = 10}};
    enum admission_verdict last;
    ck_assert_uint_eq(fill(&admission, &directory, "a", false, 100, &last), 7);
    ck_assert_int_eq(last, ADMISSION_NODE_TOO_MANY);
    ck_assert_uint_eq(fill(&admission, &directory, "b", false, 5, &last), 5); /* others do not notice */
    tmpdir_write(directory.fd, "2018-08-24T15:55:01+00:00@c.log", "12345");
    tmpdir_write(directory.fd, "2018-08-24T15:55:01+00:00@c.log.~1~", "12345");
    ck_assert_uint_eq(fill(&admission, &directory, "c", false, 100, &last), 6); /* two of a name count as one */
    ck_assert_uint_eq(fill(&admission, &directory, "a", true, 100, &last), 7); /* a share for whoever has the key */
    ck_assert_int_eq(last, ADMISSION_NODE_TOO_MANY);
    admission_free(&admission);
    admission.limits.node_bytes = 60;
    admission.limits.node_files = 100;
    admission.counted = false;
    struct err err;
    ck_assert_uint_eq(fill(&admission, &directory, "d", false, 100, &last), 12);
    ck_assert_int_eq(last, ADMISSION_NODE_TOO_LARGE);
    ck_assert_int_eq(admission_check(&admission, directory.fd, &(struct admission_ask){"d", 5, false}, &err),
                     ADMISSION_NODE_TOO_LARGE);
    ck_assert_str_eq(err.text, "more than 60 B of this node would wait");
    admission_free(&admission);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_directory_has_a_limit_of_bytes)
{
    struct tmpdir directory = tmpdir_make();
    struct admission admission = {.limits = {.files = 1000, .bytes = 52, .file_bytes = 10}};
    size_t taken = 0;
    while (check(&admission, &directory, 5, NULL) == ADMISSION_GRANTED && taken < 100) {
        char name[32];
        snprintf(name, sizeof name, "%zu.ocs", taken++);
        tmpdir_write(directory.fd, name, "bytes");
        admission_stored(&admission, &(struct admission_ask){"", 5, false});
    }
    ck_assert_uint_eq(taken, 10);
    ck_assert_int_eq(admission_check(&admission, directory.fd, &(struct admission_ask){"", 5, true}, NULL),
                     ADMISSION_GRANTED);
    admission_free(&admission);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("admission", each_node_has_limits_of_its_own, a_directory_has_a_limit_of_bytes, a_small_limit_is_exact,
           a_larger_limit_is_exact_though_not_always_counted, several_workers_keep_it_together,
           temporary_files_and_reasons_do_not_count, the_reserve_and_the_files_own_bytes_must_be_free)
