/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
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

/* The first and last of each range, and their neighbours: of Unicode's DerivedCoreProperties.txt and UnicodeData.txt.
 */
START_TEST(printable_escapes_what_is_invisible)
{
    const char *const hidden[] = {
        "\xc2\x80",         "\xc2\x85",         "\xc2\x9f",         "\xc2\xad",         "\xcd\x8f",
        "\xd8\x9c",         "\xe1\x85\x9f",     "\xe1\xa0\x8e",     "\xe2\x80\x8b",     "\xe2\x80\x8d",
        "\xe2\x80\x8f",     "\xe2\x80\xa8",     "\xe2\x80\xa9",     "\xe2\x80\xaa",     "\xe2\x80\xae",
        "\xe2\x81\xa0",     "\xe2\x81\xa6",     "\xe2\x81\xa9",     "\xe2\x81\xaf",     "\xe3\x85\xa4",
        "\xef\xb8\x80",     "\xef\xb8\x8f",     "\xef\xbb\xbf",     "\xef\xbe\xa0",     "\xef\xbf\xb9",
        "\xf0\x9d\x85\xb3", "\xf3\xa0\x80\x81", "\xf3\xa0\x81\xbf", "\xf3\xa0\x87\xaf", "\xf3\xa0\xbf\xbf",
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        char escaped[32] = "";
        for (const char *at = hidden[i]; *at != '\0'; at++) {
            sprintf(escaped + strlen(escaped), "\\x%02X", (unsigned char)*at);
        }
        ck_assert_str_eq(printable(hidden[i], strlen(hidden[i]), 64), escaped);
    }
    const char *const shown[] = {
        "\xc2\xa0",     "\xc2\xac",     "\xc2\xae",     "\xcd\x90",         "\xd8\x9b",         "\xd8\x9d",
        "\xe2\x80\x8a", "\xe2\x80\x90", "\xe2\x80\xa7", "\xe2\x80\xaf",     "\xe2\x81\x9f",     "\xe2\x81\xb0",
        "\xef\xb7\xbf", "\xef\xb8\x90", "\xef\xbf\xbd", "\xf0\x9f\x98\x80", "\xf3\x9f\xbf\xbf", "\xf3\xa1\x80\x80",
    };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        ck_assert_str_eq(printable(shown[i], strlen(shown[i]), 64), shown[i]);
    }
}
END_TEST

START_TEST(printable_cuts_with_dots_and_never_inside_a_piece)
{
    ck_assert_str_eq(printable("1234567", 7, 8), "1234567");
    ck_assert_str_eq(printable("12345678", 8, 8), "1234...");
    ck_assert_str_eq(printable("123\x01" "56789", 9, 8), "123...");
}
END_TEST

START_TEST(printable_keeps_what_is_printable_already)
{
    char out[16];
    ck_assert_uint_eq(printable_keep(out, sizeof out, "a\\x1B", 5), 5);
    ck_assert_str_eq(out, "a\\x1B");
    printable_keep(out, sizeof out, "\\\x1b", 2);
    ck_assert_str_eq(out, "\\\\\\x1B");
    printable_keep(out, 8, "12345678", 8);
    ck_assert_str_eq(out, "1234...");
}
END_TEST

SUITE_MAIN("printable", printable_escapes_what_could_harm, printable_escapes_what_is_invisible,
           printable_cuts_with_dots_and_never_inside_a_piece, printable_keeps_what_is_printable_already)
