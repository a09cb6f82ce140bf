/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_field: a field of a run log, made from one or several lines. Private to runlog_parse.
 *
 * One line of clean UTF-8 stays where it is, in the content. Several lines are joined with LF in the arena, and text
 * that is not clean is copied there, with U+FFFD for its bad bytes. Until it is finished a field is only two positions
 * in the content, so a discarded field copies nothing, and a finished one takes no more memory than it needs.
 */
#pragma once

#include <stdbool.h>

#include "util/arena.h"
#include "util/slice.h"
#include "util/utf8.h"

/* Where finished fields go. */
struct runlog_store {
    struct arena *arena;
    const char *clean_until; /* the content before this is clean, so most fields need no check */
};

/* All zero bytes are a valid empty one, used for one field after the other. */
struct runlog_field {
    struct slice first; /* line */
    struct slice last;
    size_t lines;
    size_t len; /* of all lines, joined with LF */
};

static inline void runlog_field_reset(struct runlog_field *field)
{
    field->lines = 0;
}

static inline bool runlog_field_is_empty(const struct runlog_field *field)
{
    return field->lines == 0 || (field->lines == 1 && field->first.len == 0);
}

/* Adds a line. line: the text after the timestamp. It must be in the same content as the lines before, and be the next
 * line there. */
static inline void runlog_field_add_line(struct runlog_field *field, struct slice line)
{
    if (field->lines++ == 0) {
        field->first = line;
        field->len = line.len;
    } else {
        field->last = line;
        field->len += 1 + line.len;
    }
}

/* Adds the last line of a field that a mark ends. A line end right before the mark is dropped. */
static inline void runlog_field_end_line(struct runlog_field *field, struct slice line)
{
    if (line.len > 0 || field->lines == 0) {
        runlog_field_add_line(field, line);
    }
}

/* Returns the piece itself if it is clean, else a clean copy. */
struct slice runlog_field_clean(struct slice piece, const struct runlog_store *store);

/* The finished text of a field that is one piece of the content; the next function gives its length. */
static inline struct slice runlog_field_one(struct slice piece, const struct runlog_store *store)
{
    return piece.at + piece.len <= store->clean_until ? piece : runlog_field_clean(piece, store);
}

static inline size_t runlog_field_one_len(struct slice piece, const struct runlog_store *store)
{
    return piece.at + piece.len <= store->clean_until ? piece.len : utf8_replaced_len(piece.at, piece.len);
}

/* The two functions below, for fields that are not one line. */
size_t runlog_field_joined_len(const struct runlog_field *field, const struct runlog_store *store);
struct slice runlog_field_join(const struct runlog_field *field, const struct runlog_store *store);

/* How many bytes the finished field has; nothing is copied for it. */
static inline size_t runlog_field_len(const struct runlog_field *field, const struct runlog_store *store)
{
    return field->lines == 1 ? runlog_field_one_len(field->first, store) : runlog_field_joined_len(field, store);
}

/* The finished field. One without lines is empty. */
static inline struct slice runlog_field_finish(const struct runlog_field *field, const struct runlog_store *store)
{
    return field->lines == 1 ? runlog_field_one(field->first, store) : runlog_field_join(field, store);
}
