/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/utf8_invisible.h"

static const struct code_range {
    uint32_t first;
    uint32_t last;
} invisible[] = {
    {0x0000, 0x001f},   /* C0 controls */
    {0x007f, 0x009f},   /* DEL, C1 controls */
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* combining grapheme joiner */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x17b4, 0x17b5},   /* Khmer inherent vowels */
    {0x180b, 0x180f},   /* Mongolian variation selectors, vowel separator */
    {0x200b, 0x200f},   /* zero-width space, non-joiner, joiner; left-to-right and right-to-left mark */
    {0x2028, 0x202e},   /* line and paragraph separator; bidirectional embeddings and overrides */
    {0x2060, 0x206f},   /* word joiner, invisible operators; bidirectional isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xfe00, 0xfe0f},   /* variation selectors */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* halfwidth Hangul filler */
    {0xfff0, 0xfffb},   /* interlinear annotation and what is not assigned before it */
    {0x1bca0, 0x1bca3}, /* shorthand format controls */
    {0x1d173, 0x1d17a}, /* musical beams and slurs */
    {0xe0000, 0xe0fff}, /* tags, more variation selectors */
};

uint32_t utf8_code_point(const unsigned char *at, size_t len)
{
    static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = at[0] & lead_bits[len];
    for (size_t i = 1; i < len; i++) {
        code = code << 6 | (at[i] & 0x3f);
    }
    return code;
}

bool utf8_invisible(const unsigned char *at, size_t len)
{
    uint32_t code = utf8_code_point(at, len);
    for (size_t i = 0; i < sizeof invisible / sizeof *invisible && code >= invisible[i].first; i++) {
        if (code <= invisible[i].last) {
            return true;
        }
    }
    return false;
}
