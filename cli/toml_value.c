/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toml_value.h"

#include <stdlib.h>
#include <string.h>

#include "util/ascii.h"
#include "util/buffer.h"
#include "util/utf8.h"
#include "util/xmalloc.h"

static bool toml_at(const struct toml_cursor *cursor, char c)
{
    return cursor->rest.len > 0 && cursor->rest.at[0] == c;
}

void toml_skip_blanks(struct toml_cursor *cursor)
{
    slice_skip(&cursor->rest, " \t");
}

/* LF or CRLF. A CR alone is no line end. */
static bool toml_take_line_end(struct toml_cursor *cursor)
{
    size_t len = slice_starts_with(cursor->rest, "\r\n") ? 2 : toml_at(cursor, '\n');
    slice_take(&cursor->rest, len);
    cursor->line += len > 0;
    return len > 0;
}

static bool toml_is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

static bool toml_skip_comment(struct toml_cursor *cursor, struct err *err)
{
    if (!toml_at(cursor, '#')) {
        return true;
    }
    while (cursor->rest.len > 0 && !toml_at(cursor, '\n') && !slice_starts_with(cursor->rest, "\r\n")) {
        if (toml_is_control(cursor->rest.at[0])) {
            return err_set(err, "a control character in a comment");
        }
        slice_take(&cursor->rest, 1);
    }
    return true;
}

bool toml_skip_lines(struct toml_cursor *cursor, struct err *err)
{
    do {
        toml_skip_blanks(cursor);
        if (!toml_skip_comment(cursor, err)) {
            return false;
        }
    } while (toml_take_line_end(cursor));
    return true;
}

bool toml_end_line(struct toml_cursor *cursor, struct err *err)
{
    toml_skip_blanks(cursor);
    if (!toml_skip_comment(cursor, err)) {
        return false;
    }
    return toml_take_line_end(cursor) || cursor->rest.len == 0 ||
           err_set(err, "something follows where the line should end");
}

/* The digits of \uXXXX or \UXXXXXXXX. */
static bool toml_take_codepoint(struct toml_cursor *cursor, size_t digits, struct buffer *out, struct err *err)
{
    unsigned c = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = cursor->rest.len > i ? ascii_hex_value(cursor->rest.at[i]) : -1;
        if (digit < 0) {
            return err_set(err, "an escape \\u or \\U without its %zu hexadecimal digits", digits);
        }
        c = c << 4 | (unsigned)digit;
    }
    slice_take(&cursor->rest, digits);
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return err_set(err, "an escape for what is no character");
    }
    out->len += utf8_encode(buffer_reserve(out, UTF8_MAX_LEN), c);
    return true;
}

/* What follows a backslash. */
static bool toml_take_escape(struct toml_cursor *cursor, struct buffer *out, struct err *err)
{
    static const char letters[] = "btnfr\"\\";
    static const char meanings[] = "\b\t\n\f\r\"\\";
    char c = cursor->rest.len > 0 ? cursor->rest.at[0] : '\0';
    if (c == 'u' || c == 'U') {
        slice_take(&cursor->rest, 1);
        return toml_take_codepoint(cursor, c == 'u' ? 4 : 8, out, err);
    }
    const char *letter = c != '\0' ? strchr(letters, c) : NULL;
    if (letter == NULL) {
        return err_set(err, "an unknown escape in a text (a backslash is written as \\\\)");
    }
    buffer_add(out, &meanings[letter - letters], 1);
    slice_take(&cursor->rest, 1);
    return true;
}

/* Reads the inside of "..." or '...' up to the quotation mark, which is stepped over. */
static bool toml_take_quoted(struct toml_cursor *cursor, char quote, struct buffer *out, struct err *err)
{
    while (!toml_at(cursor, quote)) {
        if (cursor->rest.len == 0 || toml_is_control(cursor->rest.at[0])) {
            return err_set(err, "a text without its closing %c in the same line", quote);
        }
        if (out->len >= TOML_TEXT_MAX) {
            return err_set(err, "a text of more than %d bytes", TOML_TEXT_MAX);
        }
        char c = cursor->rest.at[0];
        slice_take(&cursor->rest, 1);
        if (c != '\\' || quote == '\'') {
            buffer_add(out, &c, 1);
        } else if (!toml_take_escape(cursor, out, err)) {
            return false;
        }
    }
    slice_take(&cursor->rest, 1);
    return true;
}

static bool toml_read_text(struct toml_cursor *cursor, char **text, struct err *err)
{
    struct buffer out = {0};
    char quote = cursor->rest.len > 0 ? cursor->rest.at[0] : '\0';
    if (quote != '"' && quote != '\'') {
        return err_set(err, "a text must be in quotation marks");
    }
    if (slice_starts_with(cursor->rest, "\"\"\"") || slice_starts_with(cursor->rest, "'''")) {
        return err_set(err, "texts of several lines are not read here: write it in one line");
    }
    slice_take(&cursor->rest, 1);
    bool done = toml_take_quoted(cursor, quote, &out, err);
    if (done) {
        *text = xstrdup(buffer_cstr(&out));
    }
    buffer_free(&out);
    return done;
}

/* Reads what follows the opening bracket. */
static bool toml_read_texts(struct toml_cursor *cursor, struct toml_value *value, struct err *err)
{
    size_t count = 0;
    value->texts = xcalloc(TOML_TEXTS_MAX + 1, sizeof *value->texts);
    while (toml_skip_lines(cursor, err)) {
        if (toml_at(cursor, ']')) {
            slice_take(&cursor->rest, 1);
            return true;
        }
        if (count == TOML_TEXTS_MAX) {
            return err_set(err, "an array of more than %d texts", TOML_TEXTS_MAX);
        }
        if (!toml_read_text(cursor, &value->texts[count++], err) || !toml_skip_lines(cursor, err)) {
            return false;
        }
        if (toml_at(cursor, ',')) {
            slice_take(&cursor->rest, 1);
        } else if (!toml_at(cursor, ']')) {
            return err_set(err,
                           "an array without its comma or closing bracket (of arrays, only those of texts are read)");
        }
    }
    return false;
}

/* Decimal digits, single underscores between them, a sign in front. */
static bool toml_number(struct slice word, int64_t *number)
{
    bool negative = word.len > 0 && word.at[0] == '-';
    size_t first = negative || (word.len > 0 && word.at[0] == '+');
    bool digit_before = false;
    *number = 0;
    for (size_t i = first; i < word.len; i++) {
        bool digit = ascii_is_digit(word.at[i]);
        if (!digit && (word.at[i] != '_' || !digit_before)) {
            return false;
        }
        if (digit && (__builtin_mul_overflow(*number, 10, number) ||
                      __builtin_sub_overflow(*number, word.at[i] - '0', number))) {
            return false; /* it is counted downwards, since INT64_MIN has no positive counterpart */
        }
        digit_before = digit;
    }
    bool leading_zero = word.len > first + 1 && word.at[first] == '0';
    return digit_before && !leading_zero && (negative || !__builtin_sub_overflow(0, *number, number));
}

static bool toml_read_word(struct toml_cursor *cursor, struct toml_value *value, struct err *err)
{
    size_t len = 0;
    while (len < cursor->rest.len && strchr(" \t\r\n#,]", cursor->rest.at[len]) == NULL) {
        len++;
    }
    struct slice word = {cursor->rest.at, len};
    bool yes = slice_eq_str(word, "true");
    value->kind = yes || slice_eq_str(word, "false") ? TOML_BOOL : TOML_INTEGER;
    value->number = yes;
    if (value->kind == TOML_INTEGER && !toml_number(word, &value->number)) {
        return err_set(err,
                       "this value is not read here: it must be a \"text\", a whole number, true, false or an array "
                       "of texts");
    }
    slice_take(&cursor->rest, len);
    return true;
}

static bool toml_read_any(struct toml_cursor *cursor, struct toml_value *value, struct err *err)
{
    if (toml_at(cursor, '"') || toml_at(cursor, '\'')) {
        value->kind = TOML_TEXT;
        return toml_read_text(cursor, &value->text, err);
    }
    if (toml_at(cursor, '[')) {
        value->kind = TOML_TEXTS;
        slice_take(&cursor->rest, 1);
        return toml_read_texts(cursor, value, err);
    }
    return toml_read_word(cursor, value, err);
}

bool toml_value_read(struct toml_cursor *cursor, struct toml_value *value, struct err *err)
{
    *value = (struct toml_value){.kind = TOML_BOOL};
    bool done = toml_read_any(cursor, value, err);
    if (!done) {
        toml_value_free(value);
    }
    return done;
}

void toml_value_free(struct toml_value *value)
{
    free(value->text);
    for (char **text = value->texts; text != NULL && *text != NULL; text++) {
        free(*text);
    }
    free(value->texts);
    *value = (struct toml_value){.kind = TOML_BOOL};
}
