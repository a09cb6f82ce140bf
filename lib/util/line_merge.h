/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * line_merge: makes whole lines out of pieces, so that several sources can share one output and no source breaks a line
 * of another one.
 *
 * Each source has its own line_merge, which holds the beginning of a line until the rest has come. Of the bytes only LF
 * matters. A line longer than LINE_MERGE_MAX bytes is broken into several, so no more than that is held for a source.
 */
#pragma once

#include <stddef.h>

#include "util/buffer.h"

enum { LINE_MERGE_MAX = 65536 };

/* All zero bytes is a valid new one. */
struct line_merge {
    struct buffer begun; /* a line without its end yet */
};

/* Adds the lines that are whole now to out. */
void line_merge_add(struct line_merge *merge, const char *bytes, size_t len, struct buffer *out);

/* The source has ended: a last line without LF gets one. */
void line_merge_end(struct line_merge *merge, struct buffer *out);

void line_merge_free(struct line_merge *merge);
