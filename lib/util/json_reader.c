/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/json_reader.h"

#include <stdint.h>
#include <string.h>

#include "util/ascii.h"
#include "util/utf8.h"

void json_reader_open(struct json_reader *reader, struct slice text)
{
    const char *at = text.len > 0 ? text.at : "";
    *reader = (struct json_reader){.start = at, .at = at, .end = at + text.len};
    if (slice_starts_with(text, "\xef\xbb\xbf")) { /* a byte order mark */
        reader->at += 3;
    }
}

void json_reader_close(struct json_reader *reader)
{
    buffer_free(&reader->nesting);
}

char json_reader_peek(struct json_reader *reader)
{
    while (reader->at < reader->end && memchr(" \t\r\n", *reader->at, 4) != NULL) {
        reader->at++;
    }
    return reader->at < reader->end ? *reader->at : '\0';
}

bool json_reader_take(struct json_reader *reader, char expected)
{
    if (json_reader_peek(reader) != expected || reader->at == reader->end) {
        return false;
    }
    reader->at++;
    return true;
}

size_t json_reader_line(const struct json_reader *reader)
{
    size_t line = 1;
    for (const char *at = reader->start; (at = memchr(at, '\n', (size_t)(reader->at - at))) != NULL; at++) {
        line++;
    }
    return line;
}

static bool refuse_at(const struct json_reader *reader, struct err *err, const char *what)
{
    return err_set(err, "line %zu: %s", json_reader_line(reader), what);
}

/* ---- strings ---- */

static bool take_hex4(struct json_reader *reader, uint32_t *unit)
{
    *unit = 0;
    if (reader->end - reader->at < 4) {
        return false;
    }
    for (int i = 0; i < 4; i++, reader->at++) {
        int digit = ascii_hex_value(*reader->at);
        if (digit < 0) {
            return false;
        }
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return true;
}

static void add_bytes(struct buffer *text, const char *bytes, size_t len)
{
    if (text != NULL) {
        buffer_add(text, bytes, len);
    }
}

static bool is_low_half(uint32_t unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* Takes what follows `\u`. */
static bool take_unicode_escape(struct json_reader *reader, struct buffer *text, bool *exact)
{
    uint32_t code;
    if (!take_hex4(reader, &code)) {
        return false;
    }
    if (code >= 0xd800 && code <= 0xdbff && reader->end - reader->at >= 6 && memcmp(reader->at, "\\u", 2) == 0) {
        struct json_reader behind = *reader;
        uint32_t low;
        behind.at += 2;
        if (take_hex4(&behind, &low) && is_low_half(low)) {
            reader->at = behind.at;
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    *exact = *exact && code != 0 && (code < 0xd800 || code > 0xdfff);
    char bytes[UTF8_MAX_LEN];
    add_bytes(text, bytes, utf8_encode(bytes, code >= 0xd800 && code <= 0xdfff ? 0xfffd : code));
    return true;
}

/* Takes what follows the backslash. */
static bool take_escape(struct json_reader *reader, struct buffer *text, bool *exact)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (reader->at == reader->end) {
        return false;
    }
    char c = *reader->at++;
    if (c == 'u') {
        return take_unicode_escape(reader, text, exact);
    }
    const char *letter = memchr(letters, c, sizeof letters - 1);
    if (letter == NULL) {
        return false;
    }
    add_bytes(text, &meanings[letter - letters], 1);
    return true;
}

/* Takes the text up to a character that is special or forbidden in a string. */
static struct slice take_plain(struct json_reader *reader)
{
    const char *from = reader->at;
    while (reader->at < reader->end && *reader->at != '"' && *reader->at != '\\' &&
           (unsigned char)*reader->at >= 0x20) {
        reader->at++;
    }
    return (struct slice){from, (size_t)(reader->at - from)};
}

bool json_reader_string(struct json_reader *reader, struct buffer *text, bool *exact, struct err *err)
{
    *exact = true;
    if (!json_reader_take(reader, '"')) {
        return refuse_at(reader, err, "a text in quotes expected");
    }
    for (;;) {
        struct slice plain = take_plain(reader);
        if (utf8_clean_prefix(plain.at, plain.len) != plain.len) {
            return refuse_at(reader, err, "a text with bytes that are no UTF-8");
        }
        add_bytes(text, plain.at, plain.len);
        char c = reader->at < reader->end ? *reader->at : '\0';
        if (c == '"') {
            reader->at++;
            return true;
        }
        if (c != '\\') {
            return refuse_at(reader, err, "a text without its end, or with a control character");
        }
        reader->at++;
        if (!take_escape(reader, text, exact)) {
            return refuse_at(reader, err, "a backslash that begins no escape");
        }
    }
}

/* ---- values of any kind ---- */

static bool take_literal(struct json_reader *reader, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(reader->end - reader->at) < len || memcmp(reader->at, word, len) != 0) {
        return false;
    }
    reader->at += len;
    return true;
}

static bool take_digits(struct json_reader *reader)
{
    const char *from = reader->at;
    while (reader->at < reader->end && ascii_is_digit(*reader->at)) {
        reader->at++;
    }
    return reader->at > from;
}

static bool take_json_number(struct json_reader *reader)
{
    take_literal(reader, "-");
    if (!take_literal(reader, "0") && !take_digits(reader)) {
        return false;
    }
    if (take_literal(reader, ".") && !take_digits(reader)) {
        return false;
    }
    if (!take_literal(reader, "e") && !take_literal(reader, "E")) {
        return true;
    }
    if (!take_literal(reader, "+")) {
        take_literal(reader, "-");
    }
    return take_digits(reader);
}

static bool take_scalar(struct json_reader *reader, struct err *err)
{
    bool exact;
    if (json_reader_peek(reader) == '"') {
        return json_reader_string(reader, NULL, &exact, err);
    }
    return take_literal(reader, "true") || take_literal(reader, "false") || take_literal(reader, "null") ||
           take_json_number(reader) || refuse_at(reader, err, "a value expected");
}

static bool take_key(struct json_reader *reader, struct buffer *key, struct err *err)
{
    bool exact;
    return json_reader_string(reader, key, &exact, err) &&
           (json_reader_take(reader, ':') || refuse_at(reader, err, "':' expected"));
}

static char closing(char bracket)
{
    return bracket == '[' ? ']' : '}';
}

/* Opens brackets until a value that is not an array or object, or an empty one. */
static bool begin_value(struct json_reader *reader, struct err *err)
{
    for (;;) {
        char c = json_reader_peek(reader);
        if (c != '{' && c != '[') {
            return take_scalar(reader, err);
        }
        reader->at++;
        if (json_reader_take(reader, closing(c))) {
            return true;
        }
        buffer_add(&reader->nesting, &c, 1);
        if (c == '{' && !take_key(reader, NULL, err)) {
            return false;
        }
    }
}

/* Closes the brackets that end after a value. *more: a bracket is still open, and its next value follows.
 */
static bool end_value(struct json_reader *reader, bool *more, struct err *err)
{
    struct buffer *open = &reader->nesting;
    *more = false;
    while (open->len > 0) {
        char bracket = open->at[open->len - 1];
        if (json_reader_take(reader, ',')) {
            *more = true;
            return bracket == '[' || take_key(reader, NULL, err);
        }
        if (!json_reader_take(reader, closing(bracket))) {
            return refuse_at(reader, err, "',' or a closing bracket expected");
        }
        open->len--;
    }
    return true;
}

bool json_reader_skip(struct json_reader *reader, struct err *err)
{
    bool more;
    buffer_clear(&reader->nesting);
    do {
        if (!begin_value(reader, err) || !end_value(reader, &more, err)) {
            return false;
        }
    } while (more);
    return true;
}

enum json_reader_step json_reader_member(struct json_reader *reader, bool *first, struct buffer *key, struct err *err)
{
    if (json_reader_take(reader, '}')) {
        return JSON_READER_END;
    }
    if (!*first && !json_reader_take(reader, ',')) {
        refuse_at(reader, err, "',' or '}' expected");
        return JSON_READER_REFUSED;
    }
    *first = false;
    buffer_clear(key);
    return take_key(reader, key, err) ? JSON_READER_MEMBER : JSON_READER_REFUSED;
}
