/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/suite.h"
#include "util/http_date.h"

START_TEST(moments_and_their_texts)
{
    static const struct {
        time_t moment;
        const char *text;
    } cases[] = {
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"}, /* RFC 9110 */
        {1700000000, "Tue, 14 Nov 2023 22:13:20 GMT"},
        {1709164800, "Thu, 29 Feb 2024 00:00:00 GMT"},
        {-1, "Wed, 31 Dec 1969 23:59:59 GMT"},
        {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[HTTP_DATE_SIZE];
        time_t moment = 17;
        ck_assert(http_date_format(text, cases[i].moment));
        ck_assert_str_eq(text, cases[i].text);
        ck_assert(http_date_parse(text, &moment));
        ck_assert_int_eq(moment, cases[i].moment);
    }
}
END_TEST

START_TEST(obsolete_forms_are_read)
{
    static const char *const texts[] = {"Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}; /* RFC 9110 */
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        time_t moment = 17;
        ck_assert_msg(http_date_parse(texts[i], &moment), "%s", texts[i]);
        ck_assert_int_eq(moment, 784111777);
    }
}
END_TEST

START_TEST(moments_without_a_text)
{
    static const time_t moments[] = {253402300800, -62000000000, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        char text[HTTP_DATE_SIZE] = "x";
        ck_assert(!http_date_format(text, moments[i]));
        ck_assert_str_eq(text, "");
    }
}
END_TEST

START_TEST(texts_that_are_no_date)
{
    static const char *const texts[] = {"", "yesterday", "1700000000", "Tue, 14 Nov 2023 22:13:20", "Tue, 14 Nov 2023",
                                        "Tue, 14 Nov 2023 22:13:20 GMT+1", "Tue, 14 Nov 2023 22:13:20 GMT ",
                                        "Tue, 14 Nov 2023 22:13:20 UTC", "Tue, 32 Nov 2023 22:13:20 GMT",
                                        "Tue, 14 Nov 2023 24:13:20 GMT", "Tuesday, 14-Nov-23 22:13:20",
                                        "Tuesday, 14-Nov-23 22:13:20 GMT; length=5", "Tue Nov 14 22:13:20 2023 GMT",
                                        "Tue Nov 14 22:13 2023", "2023-11-14T22:13:20Z"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        time_t moment = 17;
        ck_assert_msg(!http_date_parse(texts[i], &moment), "%s", texts[i]);
        ck_assert_int_eq(moment, 17);
    }
}
END_TEST

SUITE_MAIN("http_date", moments_and_their_texts, obsolete_forms_are_read, moments_without_a_text,
           texts_that_are_no_date)
