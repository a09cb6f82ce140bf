/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#include "util/xmalloc.h"

enum {
    ARENA_FIRST_SIZE = 4096,
    ARENA_LARGEST_DOUBLING = 1 << 20,
    ARENA_OWN_BLOCK = ARENA_LARGEST_DOUBLING / 64, /* a larger piece gets its own block and wastes no room in another */
};

struct arena_block {
    struct arena_block *next; /* the block made before this one */
    size_t size;
    size_t used;
    alignas(max_align_t) char bytes[];
};

static size_t aligned(size_t size)
{
    const size_t mask = alignof(max_align_t) - 1;
    return (size + mask) & ~mask;
}

static struct arena_block *block_of_size(size_t size, struct arena_block *next)
{
    struct arena_block *block = xmalloc(sizeof *block + size);
    *block = (struct arena_block){.next = next, .size = size};
    return block;
}

static struct arena_block *new_block(struct arena *arena, size_t need)
{
    struct arena_block *first = arena->first;
    if (need > ARENA_OWN_BLOCK && first != NULL) {
        return first->next = block_of_size(need, first->next);
    }
    size_t size = first != NULL ? 2 * first->size : ARENA_FIRST_SIZE;
    size = size < ARENA_LARGEST_DOUBLING ? size : ARENA_LARGEST_DOUBLING;
    return arena->first = block_of_size(size > need ? size : need, first);
}

/* Takes a piece from the current block, or from a new one when it does not fit. start: where in the current block the
 * piece may begin. */
static void *take_piece(struct arena *arena, size_t start, size_t size)
{
    struct arena_block *block = arena->first;
    if (block == NULL || start > block->size || block->size - start < size) {
        block = new_block(arena, size);
        start = 0;
    }
    block->used = start + size;
    return block->bytes + start;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return take_piece(arena, arena->first != NULL ? aligned(arena->first->used) : 0, size);
}

void *arena_alloc_bytes(struct arena *arena, size_t size)
{
    return take_piece(arena, arena->first != NULL ? arena->first->used : 0, size);
}

void arena_clear(struct arena *arena)
{
    struct arena_block *kept = NULL;
    for (struct arena_block *block = arena->first, *next; block != NULL; block = next) {
        next = block->next;
        if (block->size <= ARENA_LARGEST_DOUBLING && (kept == NULL || block->size > kept->size)) {
            struct arena_block *smaller = kept;
            kept = block;
            block = smaller;
        }
        free(block);
    }
    if (kept != NULL) {
        kept->next = NULL;
        kept->used = 0;
    }
    arena->first = kept;
}

void arena_free(struct arena *arena)
{
    for (struct arena_block *block = arena->first, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    arena->first = NULL;
}
