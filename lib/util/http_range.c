/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/http_range.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Takes digits off the front. A number too large for any file becomes INT64_MAX. */
static bool take_number(const char **text, int64_t *number)
{
    const char *at = *text;
    *number = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        int64_t digit = *at - '0';
        *number = *number > (INT64_MAX - digit) / 10 ? INT64_MAX : *number * 10 + digit;
    }
    bool taken = at > *text;
    *text = at;
    return taken;
}

/* Parses one range; false when the text is something else. Without a number before the dash *first is -1, without one
 * after it *last is -1. */
static bool parse_one(const char *text, int64_t *first, int64_t *last)
{
    static const char unit[] = "bytes=";
    if (strncasecmp(text, unit, strlen(unit)) != 0) {
        return false;
    }
    text += strlen(unit);
    if (!take_number(&text, first)) {
        *first = -1;
    }
    if (*text++ != '-') {
        return false;
    }
    if (!take_number(&text, last)) {
        *last = -1;
    }
    return *text == '\0' && (*first >= 0 || *last >= 0) && (*first < 0 || *last < 0 || *first <= *last);
}

enum http_range http_range_parse(const char *text, int64_t size, int64_t *from, int64_t *length)
{
    int64_t first, last;
    *from = 0;
    *length = size;
    if (text == NULL || !parse_one(text, &first, &last)) {
        return HTTP_RANGE_WHOLE;
    }
    if (first < 0) { /* the last bytes; zero of them, or an empty file, is OUTSIDE */
        first = last < size ? size - last : 0;
        last = size - 1;
    }
    if (first >= size) {
        *length = 0;
        return HTTP_RANGE_OUTSIDE;
    }
    *from = first;
    *length = (last >= 0 && last < size ? last : size - 1) - first + 1;
    return HTTP_RANGE_PART;
}
