/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_heap.h"

#include <stdlib.h>

#include "util/xmalloc.h"

enum { HEAP_FIRST_SIZE = 64 };

static void put(struct run_heap *heap, uint32_t position, struct queued_run *run)
{
    heap->at[position] = run;
    run->position = position;
}

static void sift_up(struct run_heap *heap, uint32_t position, struct queued_run *run)
{
    while (position > 0) {
        uint32_t parent = (position - 1) / 2;
        if (!heap->before(run, heap->at[parent])) {
            break;
        }
        put(heap, position, heap->at[parent]);
        position = parent;
    }
    put(heap, position, run);
}

static void sift_down(struct run_heap *heap, uint32_t position, struct queued_run *run)
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
        put(heap, position, heap->at[child]);
        position = child;
    }
    put(heap, position, run);
}

static void resize(struct run_heap *heap, uint32_t size)
{
    heap->at = xreallocarray(heap->at, size, sizeof *heap->at);
    heap->size = size;
}

void run_heap_add(struct run_heap *heap, struct queued_run *run)
{
    if (heap->count == heap->size) {
        resize(heap, heap->size > 0 ? 2 * heap->size : HEAP_FIRST_SIZE);
    }
    sift_up(heap, heap->count++, run);
}

void run_heap_take_out(struct run_heap *heap, struct queued_run *run)
{
    uint32_t position = run->position;
    struct queued_run *last = heap->at[--heap->count];
    if (last != run) {
        if (heap->before(last, run)) {
            sift_up(heap, position, last);
        } else {
            sift_down(heap, position, last);
        }
    }
    if (heap->size > HEAP_FIRST_SIZE && heap->count < heap->size / 8) {
        resize(heap, heap->size / 4); /* a back-log that is drained gives its memory back */
    }
}

void run_heap_free(struct run_heap *heap)
{
    free(heap->at);
    heap->at = NULL;
    heap->count = heap->size = 0;
}
