/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/http_range.h"

#include "support/suite.h"

START_TEST(what_is_asked_for_is_sent)
{
    static const struct {
        const char *text;
        int64_t size;
        enum http_range range;
        int64_t from;
        int64_t length;
    } cases[] = {
        {NULL, 10, HTTP_RANGE_WHOLE, 0, 10},
        {"", 10, HTTP_RANGE_WHOLE, 0, 10},
        {"bytes=0-3", 10, HTTP_RANGE_PART, 0, 4},
        {"bytes=0-0", 10, HTTP_RANGE_PART, 0, 1},
        {"Bytes=9-9", 10, HTTP_RANGE_PART, 9, 1},
        {"bytes=3-", 10, HTTP_RANGE_PART, 3, 7},
        {"bytes=3-100", 10, HTTP_RANGE_PART, 3, 7},
        {"bytes=0-99999999999999999999999", 10, HTTP_RANGE_PART, 0, 10},
        {"bytes=-3", 10, HTTP_RANGE_PART, 7, 3},
        {"bytes=-10", 10, HTTP_RANGE_PART, 0, 10},
        {"bytes=-100", 10, HTTP_RANGE_PART, 0, 10},
        {"bytes=10-", 10, HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=10-10", 10, HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=99999999999999999999999-", 10, HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=18446744073709551616-", 10, HTTP_RANGE_OUTSIDE, 0, 0}, /* 2^64 is not 0 */
        {"bytes=-0", 10, HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=0-", 0, HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=-1", 0, HTTP_RANGE_OUTSIDE, 0, 0},
        {"bytes=-", 10, HTTP_RANGE_WHOLE, 0, 10},
        {"bytes=", 10, HTTP_RANGE_WHOLE, 0, 10},
        {"bytes=3", 10, HTTP_RANGE_WHOLE, 0, 10},
        {"bytes=3-2", 10, HTTP_RANGE_WHOLE, 0, 10},
        {"bytes=0-1,3-4", 10, HTTP_RANGE_WHOLE, 0, 10},
        {"bytes=0-1 ", 10, HTTP_RANGE_WHOLE, 0, 10},
        {"bytes= 0-1", 10, HTTP_RANGE_WHOLE, 0, 10},
        {"bytes=+0-1", 10, HTTP_RANGE_WHOLE, 0, 10},
        {"bytes=--1", 10, HTTP_RANGE_WHOLE, 0, 10},
        {"lines=0-1", 10, HTTP_RANGE_WHOLE, 0, 10},
        {"0-1", 10, HTTP_RANGE_WHOLE, 0, 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t from = -1, length = -1;
        enum http_range range = http_range_parse(cases[i].text, cases[i].size, &from, &length);
        ck_assert_msg(range == cases[i].range && from == cases[i].from && length == cases[i].length,
                      "'%s' of %jd: %d, %jd and %jd", cases[i].text != NULL ? cases[i].text : "none",
                      (intmax_t)cases[i].size, (int)range, (intmax_t)from, (intmax_t)length);
    }
}
END_TEST

SUITE_MAIN("http_range", what_is_asked_for_is_sent)
