/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/base64.h"

#include <stdint.h>

enum { INVALID = 0x80, SKIPPED = 0x40 }; /* the value of a digit has six bits, so it is neither of these */

/* clang-format off */
static const uint8_t digits[256] = {
#define BAD16 INVALID, INVALID, INVALID, INVALID, INVALID, INVALID, INVALID, INVALID, \
              INVALID, INVALID, INVALID, INVALID, INVALID, INVALID, INVALID, INVALID
    /* 00 */ INVALID, INVALID, INVALID, INVALID, INVALID, INVALID, INVALID, INVALID,
             INVALID, SKIPPED, SKIPPED, INVALID, INVALID, SKIPPED, INVALID, INVALID,
    /* 10 */ BAD16,
    /* 20 */ SKIPPED, INVALID, INVALID, INVALID, INVALID, INVALID, INVALID, INVALID,
             INVALID, INVALID, INVALID, 62, INVALID, INVALID, INVALID, 63,
    /* 30 */ 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, INVALID, INVALID, INVALID, INVALID, INVALID, INVALID,
    /* 40 */ INVALID, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    /* 50 */ 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, INVALID, INVALID, INVALID, INVALID, INVALID,
    /* 60 */ INVALID, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    /* 70 */ 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, INVALID, INVALID, INVALID, INVALID, INVALID,
    /* 80 */ BAD16, BAD16, BAD16, BAD16, BAD16, BAD16, BAD16, BAD16,
#undef BAD16
};
/* clang-format on */

/* Decodes the whole groups of four digits at the start of the text. Returns how many characters it used. */
static size_t decode_groups(uint8_t **out, const uint8_t *at, size_t len)
{
    size_t done = 0;
    uint8_t *to = *out;
    for (; len - done >= 4; done += 4) {
        uint8_t a = digits[at[done]], b = digits[at[done + 1]], c = digits[at[done + 2]], d = digits[at[done + 3]];
        if (((a | b | c | d) & (INVALID | SKIPPED)) != 0) {
            break;
        }
        to[0] = (uint8_t)(a << 2 | b >> 4);
        to[1] = (uint8_t)(b << 4 | c >> 2);
        to[2] = (uint8_t)(c << 6 | d);
        to += 3;
    }
    *out = to;
    return done;
}

static bool skip_to_end(const uint8_t *at, size_t len, size_t padding)
{
    for (size_t i = 0; i < len; i++) {
        if (at[i] == '=' && padding > 0) {
            padding--;
        } else if (digits[at[i]] != SKIPPED) {
            return false;
        }
    }
    return padding == 0;
}

/* Decodes the last bytes: `count` digits of an unfinished group, then the text from its first '='. */
static bool base64_finish(uint8_t **out, uint32_t group, size_t count, const uint8_t *at, size_t len)
{
    if (count == 2 && (group & 0xF) == 0) {
        *(*out)++ = (uint8_t)(group >> 4);
        return skip_to_end(at, len, 2);
    }
    if (count == 3 && (group & 0x3) == 0) {
        *(*out)++ = (uint8_t)(group >> 10);
        *(*out)++ = (uint8_t)(group >> 2);
        return skip_to_end(at, len, 1);
    }
    return count == 0 && skip_to_end(at, len, 0);
}

static bool base64_decode_text(uint8_t **out, const uint8_t *at, size_t len)
{
    uint32_t group = 0;
    size_t count = 0;
    for (size_t i = 0; i < len; i++) {
        if (count == 0) {
            i += decode_groups(out, at + i, len - i);
            if (i == len) {
                break;
            }
        }
        uint8_t digit = digits[at[i]];
        if (at[i] == '=') {
            return base64_finish(out, group, count, at + i, len - i);
        }
        if (digit == INVALID) {
            return false;
        }
        if (digit != SKIPPED) {
            group = group << 6 | digit;
            count++;
        }
        if (count == 4) {
            *(*out)++ = (uint8_t)(group >> 16);
            *(*out)++ = (uint8_t)(group >> 8);
            *(*out)++ = (uint8_t)group;
            group = 0;
            count = 0;
        }
    }
    return count == 0;
}

bool base64_decode(struct buffer *out, struct slice text)
{
    uint8_t *start = (uint8_t *)buffer_reserve(out, text.len / 4 * 3 + 3);
    uint8_t *end = start;
    if (!base64_decode_text(&end, (const uint8_t *)text.at, text.len)) {
        return false;
    }
    out->len += (size_t)(end - start);
    return true;
}
