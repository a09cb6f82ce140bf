/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "support/suite.h"
#include "util/timestamp.h"

static bool timestamp_parse(const char *text, struct timestamp *out)
{
    return timestamp_parse_rfc3339(text, strlen(text), false, out);
}

static const char *timestamp_formatted(const struct timestamp *timestamp)
{
    static char text[TIMESTAMP_TEXT_SIZE];
    ck_assert_uint_eq(timestamp_format(timestamp, text), strlen(text));
    return text;
}

START_TEST(rfc3339_comes_back_as_it_was_written)
{
    const char *const texts[] = {
        "2018-08-24T15:55:01+00:00",     "2018-08-24T15:55:01+02:00",        "2018-08-24T15:55:01-09:30",
        "0001-01-01T00:00:00+00:00",     "0001-01-01T00:00:00+23:59",        "9999-12-31T23:59:59-23:59",
        "2020-02-29T00:00:00+00:00",     "2000-02-29T00:00:00+00:00",        "1969-12-31T23:59:59+00:00",
        "2018-08-24T15:55:01.500+00:00", "2018-08-24T15:55:01.000001+00:00", "2018-08-24T15:55:01.123456789+00:00",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct timestamp timestamp;
        ck_assert_msg(timestamp_parse(texts[i], &timestamp), "%s", texts[i]);
        ck_assert_str_eq(timestamp_formatted(&timestamp), texts[i]);
    }
}
END_TEST

START_TEST(rfc3339_other_forms)
{
    const struct {
        const char *text;
        const char *same;
    } forms[] = {
        {"2018-08-24T15:55:01Z", "2018-08-24T15:55:01+00:00"},
        {"2018-08-24t15:55:01z", "2018-08-24T15:55:01+00:00"},
        {"2018-08-24T15:55:01-00:00", "2018-08-24T15:55:01+00:00"},
        {"2018-08-24T15:55:01.5Z", "2018-08-24T15:55:01.500+00:00"},
        {"2018-08-24T15:55:01.1234567899Z", "2018-08-24T15:55:01.123456789+00:00"},
        {"2016-12-31T23:59:60+00:00", "2017-01-01T00:00:00+00:00"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct timestamp timestamp;
        ck_assert_msg(timestamp_parse(forms[i].text, &timestamp), "%s", forms[i].text);
        ck_assert_str_eq(timestamp_formatted(&timestamp), forms[i].same);
    }
}
END_TEST

START_TEST(rfc3339_refuses_the_rest)
{
    const char *const texts[] = {
        "",
        "2018",
        "2018-08-24",
        "2018-08-24T15:55:01",
        "2018-08-24 15:55:01+00:00",
        "2018-08-24T15:55:01+0000",
        "2018-08-24T15:55:01+00:00 ",
        " 2018-08-24T15:55:01+00:00",
        "2018-08-24T15:55+00:00",
        "2018-08-24T15:55:01.+00:00",
        "2018-08-24T15:55:01.5",
        "2018-08-24T15:55:01,5Z",
        "2018-08-24T15:55:01ZZ",
        "2018-08-24T15:55:01+24:00",
        "2018-08-24T15:55:01+00:60",
        "2018-08-24T15:55:01 00:00",
        "2018-08-24T15:55:01+0:000",
        "2018-08-24T24:00:00Z",
        "2018-08-24T23:60:00Z",
        "2018-08-24T23:00:61Z",
        "2018-00-24T00:00:00Z",
        "2018-13-24T00:00:00Z",
        "2018-01-00T00:00:00Z",
        "2018-01-32T00:00:00Z",
        "2018-04-31T00:00:00Z",
        "2019-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "2018-08-24T15_55_01+00_00",
        "2018/08/24T15:55:01Z",
        "201a-08-24T15:55:01Z",
        "2018-+8-24T15:55:01Z",
        "2018-08-24T15:55:01+00_00",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct timestamp timestamp;
        ck_assert_msg(!timestamp_parse(texts[i], &timestamp), "%s", texts[i]);
    }
}
END_TEST

START_TEST(underscores_where_windows_writes_them)
{
    struct timestamp timestamp;
    const char *text = "2018-08-24T15_55_01+02_30";
    ck_assert(timestamp_parse_rfc3339(text, strlen(text), true, &timestamp));
    ck_assert_str_eq(timestamp_formatted(&timestamp), "2018-08-24T15:55:01+02:30");
    text = "2018_08_24T15_55_01+02_30";
    ck_assert(!timestamp_parse_rfc3339(text, strlen(text), true, &timestamp));
}
END_TEST

START_TEST(start_times)
{
    const char *const good[] = {"2018-08-24 15:55:01+02:30", "2018-08-24 15:55:01 +02:30",
                                "2018-08-24 15:55:01   +0230"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct timestamp timestamp;
        ck_assert_msg(timestamp_parse_start(good[i], strlen(good[i]), &timestamp), "%s", good[i]);
        ck_assert_str_eq(timestamp_formatted(&timestamp), "2018-08-24T15:55:01+02:30");
    }
    const char *const bad[] = {
        "2018-08-24T15:55:01+00:00",   "2018-08-24 15:55:01",       "2018-08-24 15:55:01Z",
        "2018-08-24 15:55:01 ",        "2018-08-24 15:55:01+00",    "2018-08-24 15:55:01+00:00 ",
        "2018-08-24 15:55:01.5+00:00", "0000-01-01 00:00:00+00:00", "2018-08-24  15:55:01+00:00",
        "2018-08-24 15:55:01+00_00",   "2018-02-30 15:55:01+00:00", "",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct timestamp timestamp;
        ck_assert_msg(!timestamp_parse_start(bad[i], strlen(bad[i]), &timestamp), "%s", bad[i]);
    }
}
END_TEST

/* Days of all the supported years, against the C library; 13 shares no factor with 7, 365 or 366. */
START_TEST(calendar_agrees_with_the_c_library)
{
    const int64_t first = INT64_C(-62135596800);
    for (int64_t seconds = first; seconds < INT64_C(253402300800); seconds += 13 * 86400) {
        time_t moment = (time_t)seconds;
        struct tm tm;
        gmtime_r(&moment, &tm);
        char text[TIMESTAMP_TEXT_SIZE];
        snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d+00:00", (tm.tm_year + 1900) % 10000, tm.tm_mon + 1,
                 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        struct timestamp timestamp;
        ck_assert_msg(timestamp_parse(text, &timestamp), "%s", text);
        ck_assert_msg(timestamp.seconds == seconds, "%s", text);
        ck_assert_str_eq(timestamp_formatted(&timestamp), text);
    }
}
END_TEST

START_TEST(postgres_counts_microseconds_from_2000)
{
    struct timestamp timestamp;
    ck_assert(timestamp_parse("2000-01-01T02:00:00.000001999+02:00", &timestamp));
    ck_assert_int_eq(timestamp_postgres(&timestamp), 1);
    ck_assert(timestamp_parse("1999-12-31T23:59:59.999999999+00:00", &timestamp));
    ck_assert_int_eq(timestamp_postgres(&timestamp), -1);
    ck_assert(timestamp_parse("0001-01-01T00:00:00+23:59", &timestamp));
    ck_assert_int_eq(timestamp_postgres(&timestamp), INT64_C(-63082281600000000) - INT64_C(86340000000));
}
END_TEST

START_TEST(compare_looks_at_the_moment_only)
{
    struct timestamp a;
    struct timestamp b;
    ck_assert(timestamp_parse("2018-08-24T15:55:01+00:00", &a) && timestamp_parse("2018-08-24T17:55:01+02:00", &b));
    ck_assert_int_eq(timestamp_compare(&a, &b), 0);
    ck_assert(timestamp_parse("2018-08-24T15:55:01.1+00:00", &b));
    ck_assert_int_eq(timestamp_compare(&a, &b), -1);
    ck_assert_int_eq(timestamp_compare(&b, &a), 1);
    ck_assert(timestamp_parse("2018-08-24T15:55:00.9+00:00", &b));
    ck_assert_int_eq(timestamp_compare(&a, &b), 1);
    ck_assert_int_eq(timestamp_compare(&b, &a), -1);
}
END_TEST

SUITE_MAIN("timestamp", rfc3339_comes_back_as_it_was_written, rfc3339_other_forms, rfc3339_refuses_the_rest,
           underscores_where_windows_writes_them, start_times, calendar_agrees_with_the_c_library,
           postgres_counts_microseconds_from_2000, compare_looks_at_the_moment_only)
