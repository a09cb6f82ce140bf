/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * slice: a run of bytes that somebody else owns. It is valid for as long as they are; it is not NUL-terminated.
 */
#pragma once

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

/* Negative, 0 or positive, like strcmp. */
static inline int slice_compare(struct slice a, struct slice b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common > 0 ? memcmp(a.at, b.at, common) : 0;
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* What follows the first len bytes, which are there. */
static inline struct slice slice_behind(struct slice a, size_t len)
{
    return (struct slice){len > 0 ? a.at + len : a.at, a.len - len};
}

/* Takes len bytes, which are there, off the front. */
static inline struct slice slice_take(struct slice *rest, size_t len)
{
    struct slice taken = {rest->at, len};
    *rest = slice_behind(*rest, len);
    return taken;
}

/* Takes the text before the next `stop` off the front, and the stop, too; all of it where there is none. */
static inline struct slice slice_take_until(struct slice *rest, char stop)
{
    const char *end = rest->len > 0 ? memchr(rest->at, stop, rest->len) : NULL;
    struct slice taken = slice_take(rest, end != NULL ? (size_t)(end - rest->at) : rest->len);
    *rest = slice_behind(*rest, end != NULL);
    return taken;
}

/* Takes the bytes that are in `set` off the front. */
static inline void slice_skip(struct slice *rest, const char *set)
{
    while (rest->len > 0 && memchr(set, rest->at[0], strlen(set)) != NULL) {
        slice_take(rest, 1);
    }
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

/* Takes the suffix off, if it is there. */
static inline bool slice_take_end(struct slice *a, const char *suffix)
{
    bool there = slice_ends_with(*a, suffix);
    a->len -= there ? strlen(suffix) : 0;
    return there;
}
