/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "support/suite.h"
#include "util/backoff.h"
#include "util/duration.h"

static int64_t duration_seconds_of(const char *text)
{
    struct err err;
    int64_t seconds = -1;
    return duration_parse(text, strlen(text), &seconds, &err) ? seconds : -1;
}

START_TEST(sums_of_numbers_with_units)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"0", 0},
        {"90", 90},
        {"2s", 2},
        {"30min 20s", 1820},
        {"1day", 86400},
        {"7d", 604800},
        {"1h30m", 5400},
        {"1d+2h", 93600},
        {"1d 2h 3m 4s", 93784},
        {"1d + 2h", 93600},
        {"2 hours", 7200},
        {"1 minute 1 sec", 61},
        {"10secs", 10},
        {"3hrs", 10800},
        {"2weeks", 1209600},
        {"1month", 2630016},
        {"2M 1m", 5260092},
        {"3 months", 7890048},
        {"1y", 31557600},
        {"2years+1day", 63201600},
        {" 5m ", 300},
        {"1s1s", 2},
        {"2147483647", INT32_MAX},
        {"00000000000000000000000000007d", 604800},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(duration_seconds_of(cases[i].text) == cases[i].seconds, "%s: %lld", cases[i].text,
                      (long long)duration_seconds_of(cases[i].text));
    }
}
END_TEST

START_TEST(what_is_no_duration)
{
    static const char *const cases[] = {
        "",    " ",   "s",     "-1",     "+1d",         "1d+",      "1d++2h",               "1x",  "1.5h",
        "1 2", "90 2s", "2s 90", "2147483648", "24856d", "1d,2h", "99999999999999999999999999", "9999999999999w", "1D",
        "1ds", "\n1s", "1Y", "1Month", "1ms", "69y",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(duration_seconds_of(cases[i]) == -1, "%s: %lld", cases[i],
                      (long long)duration_seconds_of(cases[i]));
    }
    int64_t seconds;
    ck_assert(!duration_parse("1s\0", 3, &seconds, NULL));
    ck_assert(duration_parse("1sXX", 2, &seconds, NULL)); /* len counts, not a NUL */
}
END_TEST

START_TEST(for_people_the_two_largest_units)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        {0, "0s"},         {-5, "0s"},         {59, "59s"},     {60, "1min"},        {320, "5min 20s"},
        {3600, "1h"},      {3659, "1h"},       {7500, "2h 5min"}, {86399, "23h 59min"}, {86400, "1d"},
        {273600, "3d 4h"}, {INT64_MAX, "106751991167300d 15h"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[DURATION_TEXT_SIZE];
        duration_format(cases[i].seconds, text);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

START_TEST(waits_double_up_to_the_ceiling)
{
    const struct backoff backoff = {.first_ms = 1000, .ceiling_ms = 60000};
    static const uint32_t steps[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    for (unsigned attempt = 1; attempt <= 8; attempt++) {
        uint32_t step = steps[attempt - 1];
        ck_assert_uint_eq(backoff_wait_ms(&backoff, attempt, 0), step / 2);
        ck_assert_uint_eq(backoff_wait_ms(&backoff, attempt, UINT32_MAX), step);
        uint32_t middle = backoff_wait_ms(&backoff, attempt, UINT32_MAX / 2);
        ck_assert_uint_ge(middle, step / 4 * 3 - 1);
        ck_assert_uint_le(middle, step / 4 * 3 + 1);
    }
    ck_assert_uint_eq(backoff_wait_ms(&backoff, 4000000000u, UINT32_MAX), 60000);
    const struct backoff large = {.first_ms = 1, .ceiling_ms = UINT32_MAX};
    ck_assert_uint_eq(backoff_wait_ms(&large, 100, UINT32_MAX), UINT32_MAX);
    const struct backoff none = {0};
    ck_assert_uint_eq(backoff_wait_ms(&none, 5, UINT32_MAX), 0);
}
END_TEST

SUITE_MAIN("duration", sums_of_numbers_with_units, what_is_no_duration, for_people_the_two_largest_units,
           waits_double_up_to_the_ceiling)
