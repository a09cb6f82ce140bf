/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#include "util/xmalloc.h"

enum { ARENA_FIRST_SIZE = 4096, ARENA_LARGEST_DOUBLING = 1 << 20 };

struct arena_block {
    struct arena_block *next; /* older */
    size_t size;
    size_t used;
    alignas(max_align_t) char bytes[];
};

static size_t aligned(size_t size)
{
    const size_t mask = alignof(max_align_t) - 1;
    return (size + mask) & ~mask;
}

static struct arena_block *new_block(struct arena *arena, size_t need)
{
    size_t size = ARENA_FIRST_SIZE;
    if (arena->first != NULL) {
        size = arena->first->size * 2;
        size = size < ARENA_LARGEST_DOUBLING ? size : ARENA_LARGEST_DOUBLING;
    }
    size = size > need ? size : need;
    struct arena_block *block = xmalloc(sizeof *block + size);
    *block = (struct arena_block){.next = arena->first, .size = size};
    arena->first = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t need = aligned(size > 0 ? size : 1);
    struct arena_block *block = arena->first;
    if (block == NULL || block->size - block->used < need) {
        block = new_block(arena, need);
    }
    void *piece = block->bytes + block->used;
    block->used += need;
    return piece;
}

void arena_shrink_last(struct arena *arena, void *piece, size_t size, size_t used)
{
    struct arena_block *block = arena->first;
    if ((char *)piece + aligned(size > 0 ? size : 1) == block->bytes + block->used) {
        block->used = (size_t)((char *)piece - block->bytes) + aligned(used > 0 ? used : 1);
    }
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
