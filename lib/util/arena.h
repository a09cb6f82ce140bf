/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * arena: many small pieces of memory with one owner and one end.
 *
 * Pieces live until arena_clear or arena_free. Clearing keeps the largest block, so that an arena used for one file
 * after the other settles; a block above 1 MiB is given back, so that one huge file does not keep its memory for ever.
 * Large pieces have blocks of their own: an arena takes hardly more memory than its pieces. An arena that is all zero
 * bytes is a valid empty one.
 */
#pragma once

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *first;
};

/* Aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));

/* Not aligned: for text. */
void *arena_alloc_bytes(struct arena *arena, size_t size) __attribute__((returns_nonnull));

void arena_clear(struct arena *arena);
void arena_free(struct arena *arena);
