/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "support/suite.h"
#include "util/utf8.h"

START_TEST(utf8_replaces_maximal_subparts)
{
    char out[64];
    /* Unicode 15 section 3.9, table 3-8: 61 F1 80 80 E1 80 C2 62 80 63 80 BF 64 */
    const char table[] = "a\xf1\x80\x80\xe1\x80\xc2" "b\x80" "c\x80\xbf" "d";
    size_t len = utf8_replace(out, table, sizeof table - 1);
    out[len] = '\0';
    ck_assert_str_eq(out, "a" UTF8_REPLACEMENT UTF8_REPLACEMENT UTF8_REPLACEMENT "b" UTF8_REPLACEMENT
                          "c" UTF8_REPLACEMENT UTF8_REPLACEMENT "d");
    len = utf8_replace(out, "x\0y", 3);
    out[len] = '\0';
    ck_assert_str_eq(out, "x" UTF8_REPLACEMENT "y");
    ck_assert_uint_eq(utf8_clean_prefix("0123456789\xed\xa0\x80", 13), 10); /* a surrogate */
    ck_assert_uint_eq(utf8_clean_prefix("01234567\0", 9), 8);
    ck_assert_uint_eq(utf8_clean_prefix("\xf4\x8f\xbf\xbf", 4), 4);
    ck_assert_uint_eq(utf8_clean_prefix("\xf4\x90\x80\x80", 4), 0);
}
END_TEST

/* It goes by blocks and words: wherever in them something stands, the answer is the same. */
START_TEST(utf8_clean_prefix_at_every_place)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool clean;
    } cases[] = {{"\0", 1, false}, {"\xff", 1, false}, {"\x80", 1, false}, {"\x01\x7f", 2, true},
                 {"\xc3\xa9", 2, true}, {"\xf0\x9f\x90\xa7", 4, true}, {"\xf0\x9f\x90.", 4, false}};
    char text[200];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t at = 0; at + cases[i].len <= sizeof text; at++) {
            memset(text, 'a', sizeof text);
            memcpy(text + at, cases[i].bytes, cases[i].len);
            ck_assert_uint_eq(utf8_clean_prefix(text, sizeof text), cases[i].clean ? sizeof text : at);
            size_t cut = at + cases[i].len - 1; /* a sequence that the end cuts is not clean */
            ck_assert_uint_eq(utf8_clean_prefix(text, cut), (unsigned char)cases[i].bytes[0] < 0x80 ? cut : at);
        }
    }
}
END_TEST

START_TEST(each_length_is_encoded)
{
    static const struct {
        uint32_t code;
        const char *bytes;
    } cases[] = {{0x7f, "\x7f"},
                 {0x80, "\xc2\x80"},
                 {0x7ff, "\xdf\xbf"},
                 {0x800, "\xe0\xa0\x80"},
                 {0xffff, "\xef\xbf\xbf"},
                 {0x10000, "\xf0\x90\x80\x80"},
                 {0x10ffff, "\xf4\x8f\xbf\xbf"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[UTF8_MAX_LEN];
        ck_assert_uint_eq(utf8_encode(out, cases[i].code), strlen(cases[i].bytes));
        ck_assert_mem_eq(out, cases[i].bytes, strlen(cases[i].bytes));
    }
}
END_TEST

SUITE_MAIN("utf8", utf8_replaces_maximal_subparts, utf8_clean_prefix_at_every_place, each_length_is_encoded)
