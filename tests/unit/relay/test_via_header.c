/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "relay/via_header.h"
#include "support/suite.h"

START_TEST(circles)
{
    ck_assert(!via_header_is_loop(NULL, "me"));
    ck_assert(!via_header_is_loop("", "me"));
    ck_assert(!via_header_is_loop("1.1 other", "me"));
    ck_assert(!via_header_is_loop("1.1 me2, 1.1 2me,1.1  me, me", "me"));
    ck_assert(via_header_is_loop("1.1 me", "me"));
    ck_assert(via_header_is_loop("1.1 other,\t1.1 me (a comment), 1.1 x", "me"));
    char many[1024] = "";
    for (int i = 0; i < 41; i++) {
        ck_assert(!via_header_is_loop(many, "me"));
        strcat(many, i > 0 ? ", 1.1 x" : "1.1 x");
    }
    ck_assert(via_header_is_loop(many, "me"));
}
END_TEST

/* What one server adds the next one finds. */
START_TEST(headers)
{
    struct buffer header = {0};
    via_header_add(&header, NULL, "first");
    ck_assert_str_eq(buffer_cstr(&header), "Via: 1.1 first");
    buffer_clear(&header);
    via_header_add(&header, "1.1 first", "second");
    ck_assert_str_eq(buffer_cstr(&header), "Via: 1.1 first, 1.1 second");
    ck_assert(via_header_is_loop(buffer_cstr(&header) + strlen("Via: "), "first"));
    ck_assert(via_header_is_loop(buffer_cstr(&header) + strlen("Via: "), "second"));
    ck_assert(!via_header_is_loop(buffer_cstr(&header) + strlen("Via: "), "third"));
    buffer_free(&header);
}
END_TEST

SUITE_MAIN("via_header", circles, headers)
