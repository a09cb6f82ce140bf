/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "support/suite.h"
#include "util/close_fd.h"
#include "util/err.h"
#include "util/utf8.h"

START_TEST(err_is_printable_and_cut)
{
    struct err err;
    ck_assert(!err_set(&err, "name '%s'", "a\nb"));
    ck_assert_str_eq(err.text, "name 'a\\nb'");
    ck_assert(!err_prefix(&err, "file %d", 7));
    ck_assert_str_eq(err.text, "file 7: name 'a\\nb'");
    ck_assert(!err_set_errno(&err, ENOENT, "open %s", "x"));
    ck_assert_str_eq(err.text, "open x: No such file or directory");
    char large[2 * ERR_TEXT_SIZE];
    memset(large, '\x01', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    err_set(&err, "%s", large);
    ck_assert_uint_lt(strlen(err.text), ERR_TEXT_SIZE);
    ck_assert(strcmp(err.text + strlen(err.text) - 3, "...") == 0);
}
END_TEST

/* Whoever returns a reason may still look at errno. */
START_TEST(a_reason_is_not_cut_within_a_character)
{
    struct err err;
    for (int shift = 0; shift < 2; shift++) {
        char large[2 * ERR_TEXT_SIZE + 1];
        for (int i = 0; i < ERR_TEXT_SIZE; i++) {
            memcpy(large + 2 * i, "\u00e9", 2);
        }
        large[2 * ERR_TEXT_SIZE] = '\0';
        err_set(&err, "%s", large + 2 * (ERR_TEXT_SIZE / 2 + 2));
        err_prefix(&err, "%s", shift == 0 ? "path" : "paths");
        ck_assert_uint_ge(strlen(err.text), ERR_TEXT_SIZE - 2);
        ck_assert_uint_eq(utf8_clean_prefix(err.text, strlen(err.text)), strlen(err.text));
    }
}
END_TEST

START_TEST(a_reason_leaves_errno_alone)
{
    struct err err;
    errno = ENOSPC;
    err_set_errno(&err, errno, "%ls", L"\u00e9"); /* vsnprintf fails, with EILSEQ */
    err_set(&err, "%ls", L"\u00e9");
    err_prefix(&err, "path");
    ck_assert_int_eq(errno, ENOSPC);
    int fd = INT_MAX; /* close fails, with EBADF */
    close_fd(&fd);
    ck_assert_int_eq(fd, -1);
    close_fd(&fd);
    ck_assert_int_eq(errno, ENOSPC);
}
END_TEST

SUITE_MAIN("err", err_is_printable_and_cut, a_reason_is_not_cut_within_a_character, a_reason_leaves_errno_alone)
