/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/printable.h"

#include <stdio.h>
#include <string.h>

#include "util/utf8.h"
#include "util/utf8_invisible.h"

static char short_escape(unsigned char byte)
{
    switch (byte) {
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\\':
        return '\\';
    default:
        return 0;
    }
}

/* Writes the printable form of what begins at `at` to piece (at least 5 bytes); *took is how many bytes it stands
 * for. */
static size_t printable_piece(char *piece, const unsigned char *at, size_t len, size_t *took)
{
    size_t bad = 1;
    size_t sequence = utf8_sequence(at, len, &bad);
    *took = 1; /* an invisible character's first byte; its others alone are not UTF-8, so they follow */
    if (sequence > 1 && !utf8_invisible(at, sequence)) {
        memcpy(piece, at, sequence);
        *took = sequence;
        return sequence;
    }
    char letter = short_escape(at[0]);
    if (letter != 0) {
        return (size_t)sprintf(piece, "\\%c", letter);
    }
    if (sequence == 1 && at[0] >= 0x20 && at[0] != 0x7f) {
        piece[0] = (char)at[0];
        return 1;
    }
    return (size_t)sprintf(piece, "\\x%02X", at[0]);
}

size_t printable_copy(char *out, size_t size, const char *bytes, size_t len)
{
    const size_t dots = 3;
    size_t written = 0;
    size_t cut_at = 0; /* the last place where the dots would still fit */
    for (size_t at = 0; at < len;) {
        char piece[8];
        size_t took;
        size_t piece_len = printable_piece(piece, (const unsigned char *)bytes + at, len - at, &took);
        if (written + piece_len + 1 > size) {
            memcpy(out + cut_at, "...", dots + 1);
            return cut_at + dots;
        }
        memcpy(out + written, piece, piece_len);
        written += piece_len;
        at += took;
        if (written + dots + 1 <= size) {
            cut_at = written;
        }
    }
    out[written] = '\0';
    return written;
}

size_t printable_keep(char *out, size_t size, const char *bytes, size_t len)
{
    size_t escaped = printable_copy(out, size, bytes, len);
    size_t backslashes = 0;
    for (size_t i = 0; i < len; i++) {
        backslashes += bytes[i] == '\\';
    }
    if (escaped != len + backslashes || len >= size) {
        return escaped;
    }
    memcpy(out, bytes, len);
    out[len] = '\0';
    return len;
}
