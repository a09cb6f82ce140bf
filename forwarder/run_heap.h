/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_heap: a binary heap of queued runs from which any run can be removed. Used by run_queue and node_turns.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum queued_run_state {
    RUN_WAITING,
    RUN_ACTIVE,   /* a sink works on it */
    RUN_DEFERRED, /* waits until due_ms */
};

struct node_turn;

/* One name. Small, since a back-log may hold 100,000 of them. */
struct queued_run {
    struct queued_run *next; /* in its hash bucket */
    struct node_turn *node;  /* whose it is: see node_turns.h */
    int64_t run_time;
    int64_t due_ms;
    uint32_t arrival; /* a counter that may wrap */
    uint32_t hash;
    uint32_t position; /* in its heap */
    uint32_t seen;     /* the number of the last scan that saw it */
    uint16_t attempts;
    uint8_t state;   /* enum queued_run_state */
    uint8_t dirty;   /* arrived again while active */
    uint8_t renamed; /* it came by rename */
    char name[];
};

/* Does a come before b? */
typedef bool run_heap_before(const struct queued_run *a, const struct queued_run *b);

struct run_heap {
    run_heap_before *before;
    struct queued_run **at;
    uint32_t count;
    uint32_t size;
};

void run_heap_add(struct run_heap *heap, struct queued_run *run);
void run_heap_remove(struct run_heap *heap, struct queued_run *run);
void run_heap_free(struct run_heap *heap);

/* The run that comes before all others, or NULL. It stays in the heap. */
static inline struct queued_run *run_heap_first(const struct run_heap *heap)
{
    return heap->count > 0 ? heap->at[0] : NULL;
}
