/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "node_turns.h"

#include <stdlib.h>
#include <string.h>

#include "util/siphash.h"
#include "util/xmalloc.h"

enum { FIRST_SLOTS = 64 };

struct node_turn {
    struct node_turn *next;  /* in its slot of the hash table */
    struct queued_run *head; /* the newest run that waits; it is in `heads` or `suspended`. NULL: none waits */
    struct run_heap rest;    /* the others that wait */
    uint64_t hash;
    uint64_t round;   /* the round in which the node has its next turn */
    int64_t until_ms; /* suspended until then; 0: not suspended */
    uint32_t runs;    /* how many runs hold this entry */
    uint32_t id_len;
    char id[];
};

struct node_turns {
    struct run_heap heads;     /* the newest waiting run of each node that has one */
    struct run_heap suspended; /* the same of suspended nodes */
    struct node_turn **slots;
    uint32_t slot_count; /* a power of two */
    uint32_t count;      /* nodes */
    size_t waiting;      /* runs of nodes that are not suspended */
    uint64_t round;      /* that of the last run taken */
    struct siphash_key key;
};

static bool newer(const struct queued_run *a, const struct queued_run *b)
{
    if (a->run_time != b->run_time) {
        return a->run_time > b->run_time;
    }
    return (int32_t)(a->arrival - b->arrival) < 0;
}

static bool sooner_turn(const struct queued_run *a, const struct queued_run *b)
{
    return a->node->round != b->node->round ? a->node->round < b->node->round : newer(a, b);
}

static bool resumes_sooner(const struct queued_run *a, const struct queued_run *b)
{
    return a->node->until_ms < b->node->until_ms;
}

struct node_turns *node_turns_new(void)
{
    struct node_turns *turns = xcalloc(1, sizeof *turns);
    turns->heads.before = sooner_turn;
    turns->suspended.before = resumes_sooner;
    turns->slots = xcalloc(FIRST_SLOTS, sizeof *turns->slots);
    turns->slot_count = FIRST_SLOTS;
    turns->key = siphash_key_new();
    return turns;
}

static void turn_free(struct node_turns *turns, struct node_turn **link)
{
    struct node_turn *node = *link;
    *link = node->next;
    run_heap_free(&node->rest);
    free(node);
    turns->count--;
}

void node_turns_free(struct node_turns *turns)
{
    for (uint32_t i = 0; i < turns->slot_count; i++) {
        while (turns->slots[i] != NULL) {
            turn_free(turns, &turns->slots[i]);
        }
    }
    free(turns->slots);
    run_heap_free(&turns->heads);
    run_heap_free(&turns->suspended);
    free(turns);
}

static void resize(struct node_turns *turns, uint32_t slot_count)
{
    struct node_turn **slots = xcalloc(slot_count, sizeof *slots);
    for (uint32_t i = 0; i < turns->slot_count; i++) {
        while (turns->slots[i] != NULL) {
            struct node_turn *node = turns->slots[i];
            turns->slots[i] = node->next;
            node->next = slots[node->hash & (slot_count - 1)];
            slots[node->hash & (slot_count - 1)] = node;
        }
    }
    free(turns->slots);
    turns->slots = slots;
    turns->slot_count = slot_count;
}

static struct node_turn *turn_find(const struct node_turns *turns, struct slice id, uint64_t hash)
{
    struct node_turn *node = turns->slots[hash & (turns->slot_count - 1)];
    while (node != NULL && !(node->hash == hash && slice_eq((struct slice){node->id, node->id_len}, id))) {
        node = node->next;
    }
    return node;
}

struct node_turn *node_turns_hold(struct node_turns *turns, struct slice id)
{
    uint64_t hash = siphash(&turns->key, id.at, id.len);
    struct node_turn *node = turn_find(turns, id, hash);
    if (node == NULL) {
        if (turns->count >= turns->slot_count) {
            resize(turns, 2 * turns->slot_count);
        }
        struct node_turn **slot = &turns->slots[hash & (turns->slot_count - 1)];
        node = xmalloc(sizeof *node + id.len);
        *node = (struct node_turn){.next = *slot, .rest.before = newer, .hash = hash, .id_len = (uint32_t)id.len};
        if (id.len > 0) {
            memcpy(node->id, id.at, id.len);
        }
        *slot = node;
        turns->count++;
    }
    node->runs++;
    return node;
}

/* A node that had its turn stays known until the round is over. Otherwise a new run would give it a second turn. */
void node_turns_release(struct node_turns *turns, struct node_turn *node)
{
    node->runs--;
    if (node->runs > 0 || node->round > turns->round) {
        return;
    }
    struct node_turn **link = &turns->slots[node->hash & (turns->slot_count - 1)];
    while (*link != node) {
        link = &(*link)->next;
    }
    turn_free(turns, link);
}

/* Where the node's newest run is. */
static struct run_heap *heap_of(struct node_turns *turns, const struct node_turn *node)
{
    return node->until_ms != 0 ? &turns->suspended : &turns->heads;
}

static void set_head(struct node_turns *turns, struct node_turn *node, struct queued_run *run)
{
    node->head = run;
    if (run != NULL) {
        run_heap_add(heap_of(turns, node), run);
    }
}

void node_turns_add(struct node_turns *turns, struct queued_run *run)
{
    struct node_turn *node = run->node;
    turns->waiting += node->until_ms == 0;
    if (node->head == NULL) {
        node->round = node->round > turns->round ? node->round : turns->round;
        set_head(turns, node, run);
    } else if (newer(run, node->head)) {
        run_heap_remove(heap_of(turns, node), node->head);
        run_heap_add(&node->rest, node->head);
        set_head(turns, node, run);
    } else {
        run_heap_add(&node->rest, run);
    }
}

static void remove_head(struct node_turns *turns, struct node_turn *node, uint64_t next_round)
{
    run_heap_remove(heap_of(turns, node), node->head);
    node->round = next_round;
    struct queued_run *next = run_heap_first(&node->rest);
    if (next != NULL) {
        run_heap_remove(&node->rest, next);
    } else {
        run_heap_free(&node->rest);
        node->rest = (struct run_heap){.before = newer};
    }
    set_head(turns, node, next);
}

void node_turns_remove(struct node_turns *turns, struct queued_run *run)
{
    turns->waiting -= run->node->until_ms == 0;
    if (run->node->head == run) {
        remove_head(turns, run->node, run->node->round);
    } else {
        run_heap_remove(&run->node->rest, run);
    }
}

struct queued_run *node_turns_take(struct node_turns *turns)
{
    struct queued_run *run = run_heap_first(&turns->heads);
    if (run != NULL) {
        turns->waiting--;
        turns->round = run->node->round;
        remove_head(turns, run->node, turns->round + 1);
    }
    return run;
}

size_t node_turns_waiting(const struct node_turns *turns)
{
    return turns->waiting;
}

static size_t runs_that_wait(const struct node_turn *node)
{
    return node->head != NULL ? 1 + node->rest.count : 0;
}

size_t node_turns_others(const struct node_turns *turns, const struct node_turn *node)
{
    bool counts = node->id_len > 0 && node->until_ms == 0;
    return turns->waiting - (counts ? runs_that_wait(node) : 0);
}

/* Moves the node's newest run to the heap where it belongs from now on. */
static void set_until(struct node_turns *turns, struct node_turn *node, int64_t until_ms)
{
    turns->waiting -= node->until_ms == 0 ? runs_that_wait(node) : 0;
    if (node->head != NULL) {
        run_heap_remove(heap_of(turns, node), node->head);
    }
    node->until_ms = until_ms;
    set_head(turns, node, node->head);
    turns->waiting += node->until_ms == 0 ? runs_that_wait(node) : 0;
}

void node_turns_suspend(struct node_turns *turns, struct node_turn *node, int64_t until_ms)
{
    if (node->id_len > 0 && until_ms > node->until_ms) {
        set_until(turns, node, until_ms);
    }
}

void node_turns_resume(struct node_turns *turns, int64_t now_ms)
{
    const struct queued_run *run;
    while ((run = run_heap_first(&turns->suspended)) != NULL && run->node->until_ms <= now_ms) {
        run->node->round = run->node->round > turns->round ? run->node->round : turns->round;
        set_until(turns, run->node, 0);
    }
}

int64_t node_turns_next_resume(const struct node_turns *turns)
{
    const struct queued_run *run = run_heap_first(&turns->suspended);
    return run != NULL ? run->node->until_ms : INT64_MAX;
}

void node_turns_sweep(struct node_turns *turns)
{
    bool idle = turns->heads.count == 0; /* no run waits: the round is over for all nodes */
    for (uint32_t i = 0; i < turns->slot_count; i++) {
        for (struct node_turn **link = &turns->slots[i]; *link != NULL;) {
            if ((*link)->runs == 0 && (idle || (*link)->round <= turns->round)) {
                turn_free(turns, link);
            } else {
                link = &(*link)->next;
            }
        }
    }
    if (turns->slot_count > FIRST_SLOTS && turns->count < turns->slot_count / 8) {
        resize(turns, turns->slot_count / 4);
    }
}
