/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * timestamp: a moment and the offset it was written with.
 *
 * Sources: RFC 3339 for `2018-08-24T15:55:01+00:00`; PROTOCOL.md section 6 for `2018-08-24 15:55:01+00:00`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timestamp {
    int64_t seconds;        /* since 1970-01-01T00:00:00Z, may be negative */
    uint32_t nanoseconds;   /* 0 to 999,999,999 */
    int16_t offset_minutes; /* of the text it came from, east of UTC positive */
};

/* Large enough for every text that timestamp_format writes, with the NUL. */
enum { TIMESTAMP_TEXT_SIZE = 40 };

/* Both parsers leave *out as it was when they return false.
 *
 * The whole text must be one RFC 3339 date-time, years 0001 to 9999 (PostgreSQL has no year 0000), `T` and `Z` in
 * either case, any number of fraction digits (those after the ninth are dropped). A second of 60 becomes the first of
 * the next minute. colon_may_be_underscore: `_` may stand for `:`, as Windows agents write file names. */
bool timestamp_parse_rfc3339(const char *text, size_t len, bool colon_may_be_underscore, struct timestamp *out);

/* The whole text must be `YYYY-MM-DD HH:MM:SS`, optional spaces, `+HH:MM` or `-HH:MM` (also `+HHMM`); same years. */
bool timestamp_parse_start(const char *text, size_t len, struct timestamp *out);

/* RFC 3339 with the original offset, `+00:00` for UTC, and 0, 3, 6 or 9 fraction digits, as many as needed. Returns the
 * length. */
size_t timestamp_format(const struct timestamp *timestamp, char out[TIMESTAMP_TEXT_SIZE]);

/* Microseconds since 2000-01-01T00:00:00Z, rounded down: PostgreSQL's binary timestamptz. */
int64_t timestamp_postgres(const struct timestamp *timestamp);

/* -1, 0 or 1 by moment; the offset does not count. */
int timestamp_compare(const struct timestamp *a, const struct timestamp *b);
