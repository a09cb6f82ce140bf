/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json_reader: reads JSON in memory value by value, without a tree, so that what nobody asks for costs nothing.
 *
 * Source: RFC 8259. What its grammar does not allow, or is no UTF-8, is refused with the line it stands on. What it
 * does allow is right, whether a program could make use of it or not: numbers of any size, \u0000, half a surrogate
 * pair, a key twice, any depth (a bracket that is open takes a byte of memory).
 */
#ifndef RELAY_UTIL_JSON_READER_H
#define RELAY_UTIL_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

struct json_reader {
    const char *start;
    const char *at;
    const char *end;
    struct buffer nesting; /* of the value that is being skipped: its open brackets */
};

/* text must outlive the reader. */
void json_reader_open(struct json_reader *reader, struct slice text);
void json_reader_close(struct json_reader *reader);

/* The next character that is no white space, without taking it; NUL at the end. */
char json_reader_peek(struct json_reader *reader);

/* Takes it if it is this one. */
bool json_reader_take(struct json_reader *reader, char expected);

/* The number of the line reached, from 1: for a reason. Counted anew each time. */
size_t json_reader_line(const struct json_reader *reader);

/* Takes a string and appends what it says to text, in UTF-8. *exact becomes false when that cannot be told in a C
 * string: with a NUL in it, or half a surrogate pair, for which U+FFFD stands. text may be NULL. */
bool json_reader_string(struct json_reader *reader, struct buffer *text, bool *exact, struct err *err);

/* Takes a value of any kind. */
bool json_reader_skip(struct json_reader *reader, struct err *err);

enum json_reader_step { JSON_READER_MEMBER, JSON_READER_END, JSON_READER_REFUSED };

/* The next member of an object whose `{` is taken: key (cleared first) becomes its name; the colon is taken, the value
 * comes next. first: true at first, the caller keeps it. END when the `}` is taken. */
enum json_reader_step json_reader_member(struct json_reader *reader, bool *first, struct buffer *key, struct err *err);

#endif
