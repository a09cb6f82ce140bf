/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_field: a field of a run log, made from one or several lines. Private to runlog_parse.
 *
 * One line of clean UTF-8 stays where it is, in the content. Several are joined with LF in the arena, and what is not
 * clean is copied there with U+FFFD in place of what isn't.
 */
#ifndef RELAY_RUNLOG_TEXT_H
#define RELAY_RUNLOG_TEXT_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/buffer.h"
#include "util/slice.h"

/* Where finished fields go. */
struct runlog_store {
    struct arena *arena;
    const char *clean_until; /* the content before this is known to be clean, so that most fields need no look */
};

/* All zero bytes are a valid empty one, used for one field after the other. */
struct runlog_field {
    struct slice first;
    struct buffer joined; /* once there are several lines */
    bool begun;
    bool several;
};

static inline void runlog_field_reset(struct runlog_field *text)
{
    text->begun = false;
    text->several = false;
}

static inline bool runlog_field_is_empty(const struct runlog_field *text)
{
    return !text->several && (!text->begun || text->first.len == 0);
}

void runlog_field_add_line(struct runlog_field *text, struct slice line);

/* The finished field. A text without lines is empty. */
struct slice runlog_field_finish(const struct runlog_field *text, const struct runlog_store *store);

/* Where it is if it is clean, else a clean copy. */
struct slice runlog_field_clean(struct slice piece, const struct runlog_store *store);

/* A field that is one piece of the content. */
static inline struct slice runlog_field_one(struct slice piece, const struct runlog_store *store)
{
    return piece.at + piece.len <= store->clean_until ? piece : runlog_field_clean(piece, store);
}

void runlog_field_free(struct runlog_field *text);

#endif
