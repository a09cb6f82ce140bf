/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/config_preprocess.h"

#include <stdint.h>
#include <string.h>

#include "util/ascii.h"

/* Can this character be part of an identifier or a number? Signs do not count. */
static bool is_word(char c)
{
    return ascii_is_alphanumeric(c) || (c != '\0' && strchr("_*-.", c) != NULL);
}

static size_t string_len(struct slice at)
{
    size_t len = 1;
    while (len < at.len && at.at[len] != '"') {
        len += at.at[len] == '\\' ? 2 : 1;
    }
    return len < at.len ? len + 1 : at.len;
}

static size_t line_len(struct slice at)
{
    const char *end = memchr(at.at, '\n', at.len);
    return end != NULL ? (size_t)(end - at.at) : at.len;
}

static size_t comment_len(struct slice at)
{
    const char *end = at.len > 2 ? memmem(at.at + 2, at.len - 2, "*/", 2) : NULL;
    return end != NULL ? (size_t)(end - at.at) + 2 : at.len;
}

static size_t word_len(struct slice at)
{
    size_t len = 1;
    while (len < at.len && is_word(at.at[len])) {
        len++;
    }
    return len;
}

/* The length of the string, comment or word at this place, which is copied as a whole; else 1. */
static size_t piece_len(struct slice at)
{
    if (at.at[0] == '"') {
        return string_len(at);
    }
    if (at.at[0] == '#' || slice_starts_with(at, "//")) {
        return line_len(at);
    }
    if (slice_starts_with(at, "/*")) {
        return comment_len(at);
    }
    return is_word(at.at[0]) && at.at[0] != '-' ? word_len(at) : 1;
}

/* Is the word a whole number, decimal or hexadecimal, without L, and too large for 32 bits? */
static bool is_wide_number(struct slice word)
{
    bool hex = word.len > 2 && word.at[0] == '0' && (word.at[1] == 'x' || word.at[1] == 'X');
    int64_t number = 0;
    for (size_t i = hex ? 2 : 0; i < word.len; i++) {
        int digit = ascii_hex_value(word.at[i]);
        if (digit < 0 || (!hex && digit > 9)) {
            return false;
        }
        number = number > INT32_MAX ? number : number * (hex ? 16 : 10) + digit;
    }
    return number > INT32_MAX;
}

static unsigned count_lines(struct slice piece)
{
    unsigned lines = 0;
    for (size_t i = 0; i < piece.len; i++) {
        lines += piece.at[i] == '\n';
    }
    return lines;
}

bool config_preprocess(struct slice text, struct buffer *out, unsigned *line, struct err *err)
{
    *line = 1;
    for (struct slice rest = text; rest.len > 0;) {
        size_t len = piece_len(rest);
        struct slice piece = slice_take(&rest, len < rest.len ? len : rest.len);
        if (memchr(piece.at, '\0', piece.len) != NULL) {
            return err_set(err, "a NUL byte: this is not a text file");
        }
        if (piece.at[0] == '@') {
            return err_set(err, "@include is not supported; a password may stand in a file of its own (password_file)");
        }
        buffer_add(out, piece.at, piece.len);
        if (ascii_is_digit(piece.at[0]) && is_wide_number(piece)) {
            buffer_add_text(out, "L");
        }
        *line += count_lines(piece);
    }
    return true;
}
