/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_heap.h"

#include <stdlib.h>

#include "util/xmalloc.h"

enum { HEAP_FIRST_SIZE = 4 };

static void heap_put(struct run_heap *heap, uint32_t position, struct queued_run *run)
{
    heap->at[position] = run;
    run->position = position;
}

static void heap_sift_up(struct run_heap *heap, uint32_t position, struct queued_run *run)
{
    while (position > 0) {
        uint32_t parent = (position - 1) / 2;
        if (!heap->before(run, heap->at[parent])) {
            break;
        }
        heap_put(heap, position, heap->at[parent]);
        position = parent;
    }
    heap_put(heap, position, run);
}

static void heap_sift_down(struct run_heap *heap, uint32_t position, struct queued_run *run)
{
    for (;;) {
        uint32_t child = 2 * position + 1;
        if (child >= heap->count) {
            break;
        }
        if (child + 1 < heap->count && heap->before(heap->at[child + 1], heap->at[child])) {
            child++;
        }
        if (!heap->before(heap->at[child], run)) {
            break;
        }
        heap_put(heap, position, heap->at[child]);
        position = child;
    }
    heap_put(heap, position, run);
}

static void heap_resize(struct run_heap *heap, uint32_t size)
{
    heap->at = xreallocarray(heap->at, size, sizeof *heap->at);
    heap->size = size;
}

void run_heap_add(struct run_heap *heap, struct queued_run *run)
{
    if (heap->count == heap->size) {
        heap_resize(heap, heap->size > 0 ? 2 * heap->size : HEAP_FIRST_SIZE);
    }
    heap_sift_up(heap, heap->count++, run);
}

void run_heap_remove(struct run_heap *heap, struct queued_run *run)
{
    uint32_t position = run->position;
    struct queued_run *last = heap->at[--heap->count];
    if (last != run) {
        if (heap->before(last, run)) {
            heap_sift_up(heap, position, last);
        } else {
            heap_sift_down(heap, position, last);
        }
    }
    if (heap->size > HEAP_FIRST_SIZE && heap->count < heap->size / 8) {
        heap_resize(heap, heap->size / 4); /* the memory of a back-log goes when it is worked off */
    }
}

void run_heap_free(struct run_heap *heap)
{
    free(heap->at);
    heap->at = NULL;
    heap->count = heap->size = 0;
}
