/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* For each first byte: the range of the second byte, and the length of the sequence (Unicode 15, table 3-7). */
struct lead {
    unsigned char len;
    unsigned char low;
    unsigned char high;
};

static struct lead lead_of(unsigned char byte)
{
    if (byte < 0x80) {
        return (struct lead){1, 0, 0};
    }
    if (byte >= 0xc2 && byte <= 0xdf) {
        return (struct lead){2, 0x80, 0xbf};
    }
    if (byte >= 0xe0 && byte <= 0xef) {
        return (struct lead){3, byte == 0xe0 ? 0xa0 : 0x80, byte == 0xed ? 0x9f : 0xbf};
    }
    if (byte >= 0xf0 && byte <= 0xf4) {
        return (struct lead){4, byte == 0xf0 ? 0x90 : 0x80, byte == 0xf4 ? 0x8f : 0xbf};
    }
    return (struct lead){0, 0, 0};
}

size_t utf8_sequence(const unsigned char *at, size_t len, size_t *bad)
{
    struct lead lead = lead_of(at[0]);
    for (size_t i = 1; i < lead.len; i++) {
        unsigned char low = i == 1 ? lead.low : 0x80;
        unsigned char high = i == 1 ? lead.high : 0xbf;
        if (i >= len || at[i] < low || at[i] > high) {
            *bad = i;
            return 0;
        }
    }
    if (lead.len == 0) {
        *bad = 1;
    }
    return lead.len;
}

size_t utf8_encode(char out[UTF8_MAX_LEN], uint32_t code)
{
    static const unsigned char leads[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; code >>= 6) {
        out[i] = (char)(0x80 | (code & 0x3f));
    }
    out[0] = (char)(leads[len] | code);
    return len;
}

enum { BLOCK = 64, WORD = sizeof(uint64_t) };

/* Are all these bytes (a multiple of WORD) ASCII and none of them NUL? Subtracting one from a byte borrows from the
 * next only where the byte is NUL, and then that byte itself is noticed. There is no branch inside, so that compilers
 * make vector instructions of it. */
static inline bool plain(const char *at, size_t len)
{
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t highs = 0x8080808080808080u;
    uint64_t bits = 0;
    for (size_t i = 0; i < len; i += WORD) {
        uint64_t word;
        memcpy(&word, at + i, sizeof word);
        bits |= word | (word - ones);
    }
    return (bits & highs) == 0;
}

/* Advances *at to stop or a little past it. False where the text is not clean. */
static bool pass(const char *text, size_t len, size_t stop, size_t *at)
{
    while (*at < stop) {
        if (len - *at >= WORD && plain(text + *at, WORD)) {
            *at += WORD;
            continue;
        }
        size_t bad;
        size_t step = utf8_sequence((const unsigned char *)text + *at, len - *at, &bad);
        if (step == 0 || text[*at] == '\0') {
            return false;
        }
        *at += step;
    }
    return true;
}

size_t utf8_clean_prefix(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len) {
        if (len - at >= BLOCK && plain(text + at, BLOCK)) {
            at += BLOCK;
        } else if (!pass(text, len, len - at >= BLOCK ? at + BLOCK : len, &at)) {
            break;
        }
    }
    return at;
}

/* How many bytes one U+FFFD replaces at the start of this text, which begins with something to be replaced. */
static size_t replaced_at(const char *text, size_t len)
{
    size_t bad = 1; /* a NUL is one byte long */
    (void)utf8_sequence((const unsigned char *)text, len, &bad);
    return bad;
}

size_t utf8_replaced_len(const char *text, size_t len)
{
    size_t replaced = 0;
    while (len > 0) {
        size_t taken = utf8_clean_prefix(text, len);
        replaced += taken;
        if (taken < len) {
            replaced += UTF8_REPLACEMENT_LEN;
            taken += replaced_at(text + taken, len - taken);
        }
        text += taken;
        len -= taken;
    }
    return replaced;
}

size_t utf8_replace(char *out, const char *text, size_t len)
{
    char *at = out;
    while (len > 0) {
        size_t taken = utf8_clean_prefix(text, len);
        memcpy(at, text, taken);
        at += taken;
        if (taken < len) {
            memcpy(at, UTF8_REPLACEMENT, UTF8_REPLACEMENT_LEN);
            at += UTF8_REPLACEMENT_LEN;
            taken += replaced_at(text + taken, len - taken);
        }
        text += taken;
        len -= taken;
    }
    return (size_t)(at - out);
}
