/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_lists.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "relay/report_list_pieces.h"
#include "util/xmalloc.h"

/* A node's entry is in one of the WAYS slots of its set. */
enum { SETS = 32768, WAYS = 4, SLOTS = SETS * WAYS, FIRST_ENTRIES = 64 };

struct lists_entry {
    uint64_t node;
    uint64_t last_run;
    unsigned char id[REPORT_LIST_ID_LEN];
    char day[REPORT_LIST_DAY_SIZE];
    uint32_t count;  /* of the hashes */
    uint32_t hashes; /* see report_list_pieces.h; of a free entry: the number of the next free one */
};

/* The entries are in an array and not each by itself: small blocks that stay for long would keep the memory between
 * them from being used. */
struct report_lists {
    pthread_mutex_t lock;
    struct siphash_key key;
    size_t bytes_max;
    size_t hand; /* the slot whose turn it is to be emptied */
    struct report_list_pieces pieces;
    struct lists_entry *entries; /* by number; there is no number 0 */
    uint32_t entry_count;        /* used or free */
    uint32_t entry_capacity;
    uint32_t free; /* the number of the first free entry */
    uint32_t used;
    uint32_t slots[SLOTS]; /* numbers */
};

struct report_lists *report_lists_new(size_t bytes_max)
{
    struct report_lists *lists = xcalloc(1, sizeof *lists);
    pthread_mutex_init(&lists->lock, NULL);
    lists->key = siphash_key_new();
    lists->bytes_max = bytes_max;
    lists->entry_count = 1;
    lists->entry_capacity = FIRST_ENTRIES;
    lists->entries = xcalloc(FIRST_ENTRIES, sizeof *lists->entries);
    return lists;
}

static void empty_slot(struct report_lists *lists, uint32_t *slot)
{
    if (*slot != 0) {
        struct lists_entry *entry = &lists->entries[*slot];
        report_list_pieces_release(&lists->pieces, entry->hashes);
        entry->hashes = lists->free;
        lists->free = *slot;
        lists->used--;
        *slot = 0;
    }
}

void report_lists_clear(struct report_lists *lists)
{
    pthread_mutex_lock(&lists->lock);
    for (size_t i = 0; i < SLOTS; i++) {
        empty_slot(lists, &lists->slots[i]);
    }
    pthread_mutex_unlock(&lists->lock);
}

void report_lists_free(struct report_lists *lists)
{
    if (lists != NULL) {
        pthread_mutex_destroy(&lists->lock);
        report_list_pieces_free(&lists->pieces);
        free(lists->entries);
        free(lists);
    }
}

const struct siphash_key *report_lists_key(const struct report_lists *lists)
{
    return &lists->key;
}

/* The slot of the node; if it has none, an empty one of its set, or else one that is to be emptied for it. */
static uint32_t *lists_slot(struct report_lists *lists, uint64_t node)
{
    uint32_t *set = &lists->slots[node % SETS * WAYS];
    uint32_t *found = &set[node / SETS % WAYS];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i] != 0 && lists->entries[set[i]].node == node) {
            return &set[i];
        }
        found = set[i] == 0 ? &set[i] : found;
    }
    return found;
}

static uint64_t node_hash(const struct report_lists *lists, const char *node_id)
{
    return siphash(&lists->key, node_id, strlen(node_id));
}

bool report_lists_get(struct report_lists *lists, const char *node_id, struct arena *arena, struct report_list *list)
{
    uint64_t node = node_hash(lists, node_id);
    pthread_mutex_lock(&lists->lock);
    uint32_t number = *lists_slot(lists, node);
    const struct lists_entry *entry = &lists->entries[number];
    bool known = number != 0 && entry->node == node;
    if (known) {
        uint64_t *hashes = arena_alloc(arena, (entry->count + 1) * sizeof *hashes);
        report_list_pieces_read(&lists->pieces, entry->hashes, hashes, entry->count);
        *list = (struct report_list){.last_run = entry->last_run, .count = entry->count, .hashes = hashes};
        memcpy(list->id, entry->id, sizeof list->id);
        memcpy(list->day, entry->day, sizeof list->day);
    }
    pthread_mutex_unlock(&lists->lock);
    return known;
}

/* Returns the number of a free entry. */
static uint32_t lists_take_entry(struct report_lists *lists)
{
    uint32_t number = lists->free;
    if (number != 0) {
        lists->free = lists->entries[number].hashes;
    } else {
        if (lists->entry_count == lists->entry_capacity) {
            lists->entry_capacity += lists->entry_capacity / 4;
            lists->entries = xreallocarray(lists->entries, lists->entry_capacity, sizeof *lists->entries);
        }
        number = lists->entry_count++;
    }
    lists->used++;
    return number;
}

static uint32_t lists_add_entry(struct report_lists *lists, uint64_t node, const struct report_list *list)
{
    uint32_t number = lists_take_entry(lists);
    struct lists_entry *entry = &lists->entries[number];
    *entry = (struct lists_entry){.node = node, .last_run = list->last_run, .count = (uint32_t)list->count};
    memcpy(entry->id, list->id, sizeof entry->id);
    memcpy(entry->day, list->day, sizeof entry->day);
    entry->hashes = report_list_pieces_hold(&lists->pieces, list->hashes, list->count);
    return number;
}

static size_t lists_bytes(size_t entries, size_t pieces)
{
    return entries * sizeof(struct lists_entry) + pieces * REPORT_LIST_PIECE_COST;
}

/* The entry is made before others go, so that pieces it shares with them stay. */
void report_lists_put(struct report_lists *lists, const char *node_id, const struct report_list *list)
{
    uint64_t node = node_hash(lists, node_id);
    pthread_mutex_lock(&lists->lock);
    empty_slot(lists, lists_slot(lists, node));
    if (lists_bytes(1, report_list_pieces_most(list->count)) <= lists->bytes_max) {
        uint32_t number = lists_add_entry(lists, node, list);
        while (lists_bytes(lists->used, lists->pieces.used) > lists->bytes_max) {
            empty_slot(lists, &lists->slots[lists->hand++ % SLOTS]);
        }
        *lists_slot(lists, node) = number;
    }
    pthread_mutex_unlock(&lists->lock);
}
