/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_field: a field of a run log, made from one or several lines. Private to runlog_parse.
 *
 * One line of clean UTF-8 stays where it is, in the content. Several are joined with LF in the arena, and what is not
 * clean is copied there with U+FFFD in place of what isn't. Until it is finished a field is only two places in the
 * content: nothing is copied for one that comes to nothing, and a finished one takes no more memory than it needs.
 */
#ifndef RELAY_RUNLOG_FIELD_H
#define RELAY_RUNLOG_FIELD_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/slice.h"
#include "util/utf8.h"

/* Where finished fields go. */
struct runlog_store {
    struct arena *arena;
    const char *clean_until; /* the content before this is known to be clean, so that most fields need no look */
};

/* All zero bytes are a valid empty one, used for one field after the other. */
struct runlog_field {
    struct slice first; /* line */
    struct slice last;
    size_t lines;
    size_t len; /* of all of them with an LF between */
};

static inline void runlog_field_reset(struct runlog_field *field)
{
    field->lines = 0;
}

static inline bool runlog_field_is_empty(const struct runlog_field *field)
{
    return field->lines == 0 || (field->lines == 1 && field->first.len == 0);
}

/* line: behind its timestamp; of the same content as the lines before it, and the next line there. */
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

/* The last line of a field that a mark ends: a line end right before the mark is dropped. */
static inline void runlog_field_end_line(struct runlog_field *field, struct slice line)
{
    if (line.len > 0 || field->lines == 0) {
        runlog_field_add_line(field, line);
    }
}

/* Where it is if it is clean, else a clean copy. */
struct slice runlog_field_clean(struct slice piece, const struct runlog_store *store);

/* A field that is one piece of the content, and how many bytes it has. */
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

#endif
