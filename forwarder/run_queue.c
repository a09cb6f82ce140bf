/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_queue.h"

#include <stdlib.h>
#include <string.h>

#include "node_turns.h"
#include "run_heap.h"
#include "util/siphash.h"
#include "util/xmalloc.h"

enum { FIRST_BUCKETS = 64 };

struct run_queue {
    struct queued_run **buckets;
    uint32_t bucket_count; /* a power of two */
    struct siphash_key key;
    uint32_t count;
    uint32_t arrivals;
    uint32_t scan; /* the number of the present or last scan */
    struct node_turns *waiting;
    struct run_heap deferred;
};

static bool due_sooner(const struct queued_run *a, const struct queued_run *b)
{
    return a->due_ms < b->due_ms;
}

const char *queued_run_name(const struct queued_run *run)
{
    return run->name;
}

bool queued_run_renamed(const struct queued_run *run)
{
    return run->renamed;
}

unsigned queued_run_attempts(const struct queued_run *run)
{
    return run->attempts;
}

struct run_queue *run_queue_new(void)
{
    struct run_queue *queue = xcalloc(1, sizeof *queue);
    queue->buckets = xcalloc(FIRST_BUCKETS, sizeof *queue->buckets);
    queue->bucket_count = FIRST_BUCKETS;
    queue->key = siphash_key_new();
    queue->waiting = node_turns_new();
    queue->deferred.before = due_sooner;
    return queue;
}

void run_queue_free(struct run_queue *queue)
{
    if (queue == NULL) {
        return;
    }
    for (uint32_t i = 0; i < queue->bucket_count; i++) {
        while (queue->buckets[i] != NULL) {
            struct queued_run *run = queue->buckets[i];
            queue->buckets[i] = run->next;
            free(run);
        }
    }
    free(queue->buckets);
    node_turns_free(queue->waiting);
    run_heap_free(&queue->deferred);
    free(queue);
}

/* The hash has a secret key, because clients choose the names: with a hash that anybody can compute a node could make
 * the queue slow for all. */
static uint32_t hash_name(const struct run_queue *queue, const char *name)
{
    return (uint32_t)siphash(&queue->key, name, strlen(name));
}

static struct queued_run **bucket_of(const struct run_queue *queue, uint32_t hash)
{
    return &queue->buckets[hash & (queue->bucket_count - 1)];
}

static struct queued_run *queue_find(const struct run_queue *queue, const char *name, uint32_t hash)
{
    struct queued_run *run = *bucket_of(queue, hash);
    while (run != NULL && (run->hash != hash || strcmp(run->name, name) != 0)) {
        run = run->next;
    }
    return run;
}

static void rehash(struct run_queue *queue, uint32_t bucket_count)
{
    struct queued_run **old = queue->buckets;
    uint32_t old_count = queue->bucket_count;
    queue->buckets = xcalloc(bucket_count, sizeof *queue->buckets);
    queue->bucket_count = bucket_count;
    for (uint32_t i = 0; i < old_count; i++) {
        while (old[i] != NULL) {
            struct queued_run *run = old[i];
            old[i] = run->next;
            struct queued_run **bucket = bucket_of(queue, run->hash);
            run->next = *bucket;
            *bucket = run;
        }
    }
    free(old);
}

static void queue_wait(struct run_queue *queue, struct queued_run *run)
{
    run->state = RUN_WAITING;
    node_turns_add(queue->waiting, run);
}

static struct queued_run *queue_add(struct run_queue *queue, const char *name, uint32_t hash, int64_t run_time,
                                    struct slice node)
{
    if (queue->count >= queue->bucket_count) {
        rehash(queue, 2 * queue->bucket_count);
    }
    size_t size = strlen(name) + 1;
    struct queued_run *run = xmalloc(sizeof *run + size);
    struct queued_run **bucket = bucket_of(queue, hash);
    *run = (struct queued_run){
        .next = *bucket,
        .node = node_turns_hold(queue->waiting, node),
        .run_time = run_time,
        .arrival = queue->arrivals++,
        .hash = hash,
    };
    memcpy(run->name, name, size);
    *bucket = run;
    queue->count++;
    queue_wait(queue, run);
    return run;
}

static void queue_shrink(struct run_queue *queue)
{
    if (queue->bucket_count > FIRST_BUCKETS && queue->count < queue->bucket_count / 8) {
        rehash(queue, queue->bucket_count / 4);
    }
}

/* *link: the run to be freed, already out of its heap. */
static void queue_drop(struct run_queue *queue, struct queued_run **link)
{
    struct queued_run *run = *link;
    *link = run->next;
    node_turns_release(queue->waiting, run->node);
    free(run);
    queue->count--;
}

static struct queued_run *queue_arrived(struct run_queue *queue, const char *name, int64_t run_time, struct slice node)
{
    uint32_t hash = hash_name(queue, name);
    struct queued_run *run = queue_find(queue, name, hash);
    if (run == NULL) {
        run = queue_add(queue, name, hash, run_time, node);
    } else if (run->state == RUN_ACTIVE) {
        run->dirty = true;
    } else if (run->state == RUN_DEFERRED) {
        run_heap_remove(&queue->deferred, run);
        queue_wait(queue, run);
    }
    run->seen = queue->scan;
    return run;
}

void run_queue_arrived(struct run_queue *queue, const char *name, int64_t run_time, struct slice node)
{
    queue_arrived(queue, name, run_time, node);
}

void run_queue_renamed(struct run_queue *queue, const char *name, int64_t run_time, struct slice node)
{
    queue_arrived(queue, name, run_time, node)->renamed = true;
}

void run_queue_scan_start(struct run_queue *queue)
{
    queue->scan++;
}

void run_queue_scan_add(struct run_queue *queue, const char *name, int64_t run_time, struct slice node)
{
    uint32_t hash = hash_name(queue, name);
    struct queued_run *run = queue_find(queue, name, hash);
    if (run == NULL) {
        run = queue_add(queue, name, hash, run_time, node);
    }
    run->seen = queue->scan;
}

static bool run_is_gone(const struct run_queue *queue, const struct queued_run *run)
{
    return run->state != RUN_ACTIVE && run->seen != queue->scan;
}

static void queue_unlink(struct run_queue *queue, struct queued_run *run)
{
    if (run->state == RUN_WAITING) {
        node_turns_remove(queue->waiting, run);
    } else {
        run_heap_remove(&queue->deferred, run);
    }
}

size_t run_queue_scan_end(struct run_queue *queue)
{
    uint32_t before = queue->count;
    for (uint32_t i = 0; i < queue->bucket_count; i++) {
        for (struct queued_run **link = &queue->buckets[i]; *link != NULL;) {
            if (run_is_gone(queue, *link)) {
                queue_unlink(queue, *link);
                queue_drop(queue, link);
            } else {
                link = &(*link)->next;
            }
        }
    }
    uint32_t dropped = before - queue->count;
    queue_shrink(queue);
    node_turns_sweep(queue->waiting);
    return dropped;
}

static void queue_due(struct run_queue *queue, int64_t now_ms)
{
    struct queued_run *run;
    node_turns_resume(queue->waiting, now_ms);
    while ((run = run_heap_first(&queue->deferred)) != NULL && run->due_ms <= now_ms) {
        run_heap_remove(&queue->deferred, run);
        queue_wait(queue, run);
    }
}

size_t run_queue_waiting(struct run_queue *queue, int64_t now_ms)
{
    queue_due(queue, now_ms);
    return node_turns_waiting(queue->waiting);
}

int64_t run_queue_next_due(const struct run_queue *queue)
{
    const struct queued_run *run = run_heap_first(&queue->deferred);
    int64_t resume_ms = node_turns_next_resume(queue->waiting);
    return run != NULL && run->due_ms < resume_ms ? run->due_ms : resume_ms;
}

size_t run_queue_count(const struct run_queue *queue)
{
    return queue->count;
}

struct queued_run *run_queue_take(struct run_queue *queue, int64_t now_ms)
{
    queue_due(queue, now_ms);
    struct queued_run *run = node_turns_take(queue->waiting);
    if (run != NULL) {
        run->state = RUN_ACTIVE;
        run->dirty = false;
    }
    return run;
}

void run_queue_done(struct run_queue *queue, struct queued_run *run)
{
    if (run->dirty) {
        run->attempts = 0;
        run_queue_requeue(queue, run);
        return;
    }
    struct queued_run **link = bucket_of(queue, run->hash);
    while (*link != run) {
        link = &(*link)->next;
    }
    queue_drop(queue, link);
    queue_shrink(queue);
}

void run_queue_requeue(struct run_queue *queue, struct queued_run *run)
{
    run->seen = queue->scan;
    queue_wait(queue, run);
}

void run_queue_defer(struct run_queue *queue, struct queued_run *run, int64_t due_ms)
{
    if (run->attempts < UINT16_MAX) {
        run->attempts++;
    }
    if (run->dirty) {
        run_queue_requeue(queue, run);
        return;
    }
    run->seen = queue->scan;
    run->due_ms = due_ms;
    run->state = RUN_DEFERRED;
    run_heap_add(&queue->deferred, run);
}

size_t run_queue_others(struct run_queue *queue, const struct queued_run *run, int64_t now_ms)
{
    queue_due(queue, now_ms);
    return node_turns_others(queue->waiting, run->node);
}

void run_queue_suspend_node(struct run_queue *queue, const struct queued_run *run, int64_t due_ms)
{
    node_turns_suspend(queue->waiting, run->node, due_ms);
}

void run_queue_flush_deferred(struct run_queue *queue)
{
    queue_due(queue, INT64_MAX);
}
