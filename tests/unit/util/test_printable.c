/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "support/suite.h"
#include "util/printable.h"

static const char *printable(const char *bytes, size_t len, size_t size)
{
    static char out[64];
    size_t written = printable_copy(out, size, bytes, len);
    ck_assert_uint_eq(written, strlen(out));
    ck_assert_uint_lt(written, size);
    return out;
}

START_TEST(printable_escapes_what_could_harm)
{
    ck_assert_str_eq(printable("a b\"c", 5, 64), "a b\"c");
    ck_assert_str_eq(printable("\n\r\t\\", 4, 64), "\\n\\r\\t\\\\");
    ck_assert_str_eq(printable("\0\x1b[31m\x7f", 7, 64), "\\x00\\x1B[31m\\x7F");
    ck_assert_str_eq(printable("\xc3\xa9\xe2\x82\xac", 5, 64), "\xc3\xa9\xe2\x82\xac");
    ck_assert_str_eq(printable("\xff\xc3", 2, 64), "\\xFF\\xC3");
    ck_assert_str_eq(printable("\xc2\x9b", 2, 64), "\\xC2\\x9B"); /* CSI as a C1 control */
}
END_TEST

START_TEST(printable_cuts_with_dots_and_never_inside_a_piece)
{
    ck_assert_str_eq(printable("1234567", 7, 8), "1234567");
    ck_assert_str_eq(printable("12345678", 8, 8), "1234...");
    ck_assert_str_eq(printable("123\x01" "56789", 9, 8), "123...");
}
END_TEST

SUITE_MAIN("printable", printable_escapes_what_could_harm, printable_cuts_with_dots_and_never_inside_a_piece)
