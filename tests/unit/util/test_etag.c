/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/suite.h"
#include "util/etag.h"

static bool test_etag_listed(const char *if_none_match)
{
    return etag_listed(slice_from_str(if_none_match), slice_from_str("\"abc\""));
}

START_TEST(what_lists_the_tag)
{
    static const char *const headers[] = {"\"abc\"", "W/\"abc\"", "*", " * ", "\"x\", \"abc\"",
                                          "\"x\",W/\"y\" ,\t\"abc\"", ",,\"abc\"", "\"\", \"abc\", \"z\"",
                                          "\"a,b\",\"abc\"", "\"abc\" rest"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        ck_assert_msg(test_etag_listed(headers[i]), "%s", headers[i]);
    }
}
END_TEST

START_TEST(what_does_not)
{
    static const char *const headers[] = {"", "abc", "\"ab\"", "\"abcd\"", "\"abc", "abc\"", "W/", "W/\"", "\"", "\"\"",
                                          "w/\"abc\"", "\"abc-gzip\"", "*, \"x\"", "**", "x, \"abc\"",
                                          "\"x\" y \"abc\"", "W/abc", "\"ABC\"", " , "};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        ck_assert_msg(!test_etag_listed(headers[i]), "%s", headers[i]);
    }
}
END_TEST

static bool test_etag_matched(const char *if_match, const char *tag)
{
    return etag_matched(slice_from_str(if_match), slice_from_str(tag));
}

START_TEST(weak_tags_match_nothing)
{
    ck_assert(test_etag_matched("\"abc\"", "\"abc\""));
    ck_assert(test_etag_matched("W/\"abc\", \"x\" , \"abc\"", "\"abc\""));
    ck_assert(test_etag_matched("*", "\"abc\""));
    ck_assert(test_etag_matched("*", "W/\"abc\""));
    ck_assert(!test_etag_matched("W/\"abc\"", "\"abc\""));
    ck_assert(!test_etag_matched("\"x\", W/\"abc\"", "\"abc\""));
    ck_assert(!test_etag_matched("\"abc\", W/\"abc\"", "W/\"abc\""));
    ck_assert(!test_etag_matched("", "\"abc\""));
}
END_TEST

SUITE_MAIN("etag", what_lists_the_tag, what_does_not, weak_tags_match_nothing)
