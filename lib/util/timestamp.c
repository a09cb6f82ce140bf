/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/timestamp.h"

#include <stdio.h>
#include <time.h>

enum { DATE_LEN = 10, CLOCK_LEN = 8, DATE_CLOCK_LEN = DATE_LEN + 1 + CLOCK_LEN };

/* The date and clock as written, before the offset is subtracted. */
struct civil {
    int year;
    int month;
    int day;
    int hour;
    int minute;
    int second;
};

static bool digits(const char *text, size_t count, int *value)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit > 9) {
            return false;
        }
        sum = sum * 10 + digit;
    }
    *value = (int)sum;
    return true;
}

static int days_in_month(int year, int month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static bool in_range(const struct civil *civil)
{
    return civil->year >= 1 && civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
           civil->day <= days_in_month(civil->year, civil->month) && civil->hour <= 23 && civil->minute <= 59 &&
           civil->second <= 60;
}

static bool is_colon(char c, bool or_underscore)
{
    return c == ':' || (or_underscore && c == '_');
}

/* `YYYY-MM-DD?HH:MM:SS`, DATE_CLOCK_LEN bytes; the caller checks the character between date and clock. */
static bool parse_civil(const char *text, bool underscore, struct civil *civil)
{
    return text[4] == '-' && text[7] == '-' && is_colon(text[13], underscore) && is_colon(text[16], underscore) &&
           digits(text, 4, &civil->year) && digits(text + 5, 2, &civil->month) && digits(text + 8, 2, &civil->day) &&
           digits(text + 11, 2, &civil->hour) && digits(text + 14, 2, &civil->minute) &&
           digits(text + 17, 2, &civil->second) && in_range(civil);
}

/* `+HH:MM`, or `+HHMM` where that is allowed. */
static bool parse_offset(const char *text, size_t len, bool underscore, bool colon_optional, int *minutes)
{
    bool with_colon = len == 6 && is_colon(text[3], underscore);
    int hour;
    int minute;
    if (!(with_colon || (colon_optional && len == 5)) || (text[0] != '+' && text[0] != '-') ||
        !digits(text + 1, 2, &hour) || !digits(text + len - 2, 2, &minute) || hour > 23 || minute > 59) {
        return false;
    }
    *minutes = (text[0] == '-' ? -1 : 1) * (hour * 60 + minute);
    return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that the leap day is the
 * last of its year. */
static int64_t days_from_civil(int year, int month, int day)
{
    int from_march = (month + 9) % 12;
    int years = year - (month <= 2);
    int64_t days = (int64_t)years * 365 + years / 4 - years / 100 + years / 400;
    return days + (from_march * 153 + 2) / 5 + day - 1 - 719468;
}

static bool set_moment(struct timestamp *out, const struct civil *civil, uint32_t nanoseconds, int offset_minutes)
{
    int64_t local = days_from_civil(civil->year, civil->month, civil->day) * 86400 + civil->hour * 3600 +
                    civil->minute * 60 + civil->second;
    if (local >= INT64_C(253402300800)) { /* 10000-01-01, by way of a leap second */
        return false;
    }
    out->seconds = local - (int64_t)offset_minutes * 60;
    out->nanoseconds = nanoseconds;
    out->offset_minutes = (int16_t)offset_minutes;
    return true;
}

/* `.digits`: *len is how long it is, 0 if there is none. */
static bool parse_fraction(const char *text, size_t size, size_t *len, uint32_t *nanoseconds)
{
    *len = 0;
    *nanoseconds = 0;
    if (size == 0 || text[0] != '.') {
        return true;
    }
    uint32_t unit = 100000000;
    size_t at = 1;
    for (; at < size && text[at] >= '0' && text[at] <= '9'; at++) {
        *nanoseconds += (uint32_t)(text[at] - '0') * unit;
        unit /= 10;
    }
    *len = at;
    return at > 1;
}

bool timestamp_parse_rfc3339(const char *text, size_t len, bool colon_may_be_underscore, struct timestamp *out)
{
    struct civil civil;
    if (len <= DATE_CLOCK_LEN || (text[DATE_LEN] != 'T' && text[DATE_LEN] != 't') ||
        !parse_civil(text, colon_may_be_underscore, &civil)) {
        return false;
    }
    text += DATE_CLOCK_LEN;
    len -= DATE_CLOCK_LEN;
    size_t fraction;
    uint32_t nanoseconds;
    if (!parse_fraction(text, len, &fraction, &nanoseconds)) {
        return false;
    }
    text += fraction;
    len -= fraction;
    int offset = 0;
    bool utc = len == 1 && (text[0] == 'Z' || text[0] == 'z');
    return (utc || parse_offset(text, len, colon_may_be_underscore, false, &offset)) &&
           set_moment(out, &civil, nanoseconds, offset);
}

bool timestamp_parse_start(const char *text, size_t len, struct timestamp *out)
{
    struct civil civil;
    if (len <= DATE_CLOCK_LEN || text[DATE_LEN] != ' ' || !parse_civil(text, false, &civil)) {
        return false;
    }
    size_t at = DATE_CLOCK_LEN;
    while (at < len && text[at] == ' ') {
        at++;
    }
    int offset;
    return parse_offset(text + at, len - at, false, true, &offset) && set_moment(out, &civil, 0, offset);
}

static int fraction_digits(uint32_t nanoseconds)
{
    if (nanoseconds % 1000 != 0) {
        return 9;
    }
    if (nanoseconds % 1000000 != 0) {
        return 6;
    }
    return nanoseconds != 0 ? 3 : 0;
}

size_t timestamp_format(const struct timestamp *timestamp, char out[TIMESTAMP_TEXT_SIZE])
{
    time_t local = timestamp->seconds + timestamp->offset_minutes * 60;
    struct tm civil = {0};
    gmtime_r(&local, &civil);
    char fraction[16];
    snprintf(fraction, sizeof fraction, ".%09u", timestamp->nanoseconds);
    int digits_shown = fraction_digits(timestamp->nanoseconds);
    unsigned offset =
        (unsigned)(timestamp->offset_minutes < 0 ? -timestamp->offset_minutes : timestamp->offset_minutes);
    return (size_t)snprintf(out, TIMESTAMP_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%.*s%c%02u:%02u",
                            civil.tm_year + 1900, civil.tm_mon + 1, civil.tm_mday, civil.tm_hour, civil.tm_min,
                            civil.tm_sec, digits_shown > 0 ? digits_shown + 1 : 0, fraction,
                            timestamp->offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
}

int64_t timestamp_postgres(const struct timestamp *timestamp)
{
    const int64_t epoch = 946684800; /* 2000-01-01 */
    return (timestamp->seconds - epoch) * 1000000 + timestamp->nanoseconds / 1000;
}

int timestamp_compare(const struct timestamp *a, const struct timestamp *b)
{
    if (a->seconds != b->seconds) {
        return a->seconds < b->seconds ? -1 : 1;
    }
    return (a->nanoseconds > b->nanoseconds) - (a->nanoseconds < b->nanoseconds);
}
