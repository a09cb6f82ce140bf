/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json_reader: reads JSON in memory value by value, without a tree, so that values which nobody asks for cost no
 * memory.
 *
 * Source: RFC 8259. Text that the grammar does not allow, or that is not UTF-8, is refused with its line. Everything
 * the grammar allows is accepted, even if a program cannot use it: numbers of any size, \u0000, half a surrogate pair,
 * a key twice, any depth (an open bracket takes a byte of memory). A byte order mark in front is passed over, as
 * section 8.1 allows: editors and scripts on Windows put one there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

struct json_reader {
    const char *start;
    const char *at;
    const char *end;
    struct buffer nesting; /* the open brackets of the value that is being skipped */
};

/* text must outlive the reader. */
void json_reader_open(struct json_reader *reader, struct slice text);
void json_reader_close(struct json_reader *reader);

/* The next character other than white space, without taking it; NUL at the end. */
char json_reader_peek(struct json_reader *reader);

/* Takes the next character other than white space if it is this one. */
bool json_reader_take(struct json_reader *reader, char expected);

/* The number of the current line, from 1, for an error message. Each call counts from the start of the text. */
size_t json_reader_line(const struct json_reader *reader);

/* Takes a string and appends its content to text, in UTF-8. *exact becomes false when a C string cannot hold the
 * content: it has a NUL, or half a surrogate pair, which becomes U+FFFD. text may be NULL. */
bool json_reader_string(struct json_reader *reader, struct buffer *text, bool *exact, struct err *err);

/* Takes a value of any kind. */
bool json_reader_skip(struct json_reader *reader, struct err *err);

enum json_reader_step { JSON_READER_MEMBER, JSON_READER_END, JSON_READER_REFUSED };

/* Takes the name and the colon of the next member of an object whose `{` is already taken; its value comes next. key is
 * cleared and gets the name. first: kept by the caller, true before the first call. END when it took the `}`. */
enum json_reader_step json_reader_member(struct json_reader *reader, bool *first, struct buffer *key, struct err *err);
