/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/same_content.h"

#include "support/suite.h"
#include "support/tmpdir.h"

static enum same_content compare(const struct tmpdir *directory, const char *a, const char *b)
{
    struct err err;
    return same_content(directory->fd, a, directory->fd, b, &err);
}

static void write_large(const struct tmpdir *directory, const char *name, size_t size, char last)
{
    char *text = malloc(size + 1);
    memset(text, 'x', size);
    text[size - 1] = last;
    text[size] = '\0';
    tmpdir_write(directory->fd, name, text);
    free(text);
}

START_TEST(bytes_decide)
{
    struct tmpdir directory = tmpdir_make();
    tmpdir_write(directory.fd, "a", "text");
    tmpdir_write(directory.fd, "b", "text");
    tmpdir_write(directory.fd, "c", "texT");
    tmpdir_write(directory.fd, "d", "text and more");
    tmpdir_write(directory.fd, "e", "");
    tmpdir_write(directory.fd, "f", "");
    ck_assert_int_eq(compare(&directory, "a", "b"), SAME_CONTENT);
    ck_assert_int_eq(compare(&directory, "a", "c"), SAME_CONTENT_NOT);
    ck_assert_int_eq(compare(&directory, "a", "d"), SAME_CONTENT_NOT);
    ck_assert_int_eq(compare(&directory, "a", "e"), SAME_CONTENT_NOT);
    ck_assert_int_eq(compare(&directory, "e", "f"), SAME_CONTENT);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_last_byte_of_large_files_counts)
{
    static const size_t sizes[] = {32767, 32768, 32769, 65536, 300000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct tmpdir directory = tmpdir_make();
        write_large(&directory, "a", sizes[i], 'x');
        write_large(&directory, "b", sizes[i], 'x');
        write_large(&directory, "c", sizes[i], 'y');
        ck_assert_int_eq(compare(&directory, "a", "b"), SAME_CONTENT);
        ck_assert_int_eq(compare(&directory, "a", "c"), SAME_CONTENT_NOT);
        tmpdir_remove(&directory);
    }
}
END_TEST

START_TEST(what_is_no_file_is_not_the_same)
{
    struct tmpdir directory = tmpdir_make();
    tmpdir_write(directory.fd, "a", "text");
    ck_assert_int_eq(symlinkat("a", directory.fd, "link"), 0);
    ck_assert_int_eq(mkfifoat(directory.fd, "pipe", 0600), 0);
    ck_assert_int_eq(mkdirat(directory.fd, "directory", 0700), 0);
    ck_assert_int_eq(compare(&directory, "a", "nothing"), SAME_CONTENT_NOT);
    ck_assert_int_eq(compare(&directory, "nothing", "a"), SAME_CONTENT_NOT);
    ck_assert_int_eq(compare(&directory, "a", "link"), SAME_CONTENT_NOT);
    ck_assert_int_eq(compare(&directory, "a", "pipe"), SAME_CONTENT_NOT);
    ck_assert_int_eq(compare(&directory, "a", "directory"), SAME_CONTENT_NOT);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("same_content", bytes_decide, the_last_byte_of_large_files_counts, what_is_no_file_is_not_the_same)
