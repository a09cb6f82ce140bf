/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * slice: a run of bytes that somebody else owns. It is valid for as long as they are; it is not NUL-terminated.
 */
#ifndef RELAY_UTIL_SLICE_H
#define RELAY_UTIL_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *at; /* may be NULL when len is 0 */
    size_t len;     /* bytes */
};

static inline struct slice slice_from_str(const char *text)
{
    return (struct slice){text, strlen(text)};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool slice_eq_str(struct slice a, const char *text)
{
    return slice_eq(a, slice_from_str(text));
}

/* Is a byte below 0x20, or DEL, in it? */
static inline bool slice_has_control(struct slice a)
{
    for (size_t i = 0; i < a.len; i++) {
        if ((unsigned char)a.at[i] < 0x20 || a.at[i] == 0x7f) {
            return true;
        }
    }
    return false;
}

static inline bool slice_starts_with(struct slice a, const char *prefix)
{
    size_t len = strlen(prefix);
    return a.len >= len && memcmp(a.at, prefix, len) == 0;
}

static inline bool slice_ends_with(struct slice a, const char *suffix)
{
    size_t len = strlen(suffix);
    return a.len >= len && memcmp(a.at + a.len - len, suffix, len) == 0;
}

#endif
