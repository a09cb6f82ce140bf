/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/html_format.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "util/duration.h"

enum { MOMENT_SIZE = 40 };

void html_format_number(uint64_t number, char out[HTML_NUMBER_SIZE])
{
    char digits[HTML_NUMBER_SIZE];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, number);
    char *at = out;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            *at++ = ',';
        }
        *at++ = digits[i];
    }
    *at = '\0';
}

/* "2026-11-24T16:05:12Z", or "2026-11-24 16:05:12 UTC" for people; "" for a year that no calendar has. */
static void format_moment(char out[MOMENT_SIZE], bool for_people, int64_t moment)
{
    struct tm utc;
    time_t seconds = (time_t)moment;
    if (gmtime_r(&seconds, &utc) == NULL ||
        strftime(out, MOMENT_SIZE, for_people ? "%Y-%m-%d %H:%M:%S UTC" : "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
        out[0] = '\0';
    }
}

static void open_time(struct buffer *out, int64_t moment)
{
    char iso[MOMENT_SIZE];
    format_moment(iso, false, moment);
    buffer_add_format(out, "<time datetime=\"%s\"", iso);
}

void html_format_age(struct buffer *out, int64_t moment, int64_t now)
{
    char age[DURATION_TEXT_SIZE];
    char full[MOMENT_SIZE];
    duration_format(now - moment, age);
    format_moment(full, true, moment);
    open_time(out, moment);
    buffer_add_format(out, " title=\"%s\">%s ago</time>", full, age);
}

void html_format_moment(struct buffer *out, int64_t moment)
{
    char full[MOMENT_SIZE];
    format_moment(full, true, moment);
    open_time(out, moment);
    buffer_add_format(out, ">%s</time>", full);
}
