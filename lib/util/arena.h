/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * arena: many small pieces of memory with one owner and one end.
 *
 * Pieces are aligned for any type and live until arena_clear or arena_free. Clearing keeps the largest block, so that
 * an arena used for one file after the other settles; a block above 1 MiB is given back, so that one huge file is not
 * paid for ever after. An arena that is all zero bytes is a valid empty one.
 */
#ifndef RELAY_UTIL_ARENA_H
#define RELAY_UTIL_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *first;
};

void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));

/* Gives back the unused end of the piece allocated last: it was `size` bytes, it shall be `used`. */
void arena_shrink_last(struct arena *arena, void *piece, size_t size, size_t used);

void arena_clear(struct arena *arena);
void arena_free(struct arena *arena);

#endif
