/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_lists.h"

#include <endian.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "util/xmalloc.h"

/* A node's entry is in one of the WAYS slots of its set. */
enum { SETS = 32768, WAYS = 4, SLOTS = SETS * WAYS, HASH_LEN = 6 };

struct lists_entry {
    uint64_t node;
    struct report_list list; /* without hashes */
    unsigned char hashes[];  /* HASH_LEN bytes each */
};

struct report_lists {
    pthread_mutex_t lock;
    struct siphash_key key;
    size_t bytes_max;
    size_t bytes; /* of all entries */
    size_t hand;  /* the slot whose turn it is to be emptied */
    struct lists_entry *slots[SLOTS];
};

static size_t entry_size(size_t count)
{
    return sizeof(struct lists_entry) + count * HASH_LEN;
}

struct report_lists *report_lists_new(size_t bytes_max)
{
    struct report_lists *lists = xcalloc(1, sizeof *lists);
    pthread_mutex_init(&lists->lock, NULL);
    lists->key = siphash_key_new();
    lists->bytes_max = bytes_max;
    return lists;
}

static void empty_slot(struct report_lists *lists, struct lists_entry **slot)
{
    if (*slot != NULL) {
        lists->bytes -= entry_size((*slot)->list.count);
        free(*slot);
        *slot = NULL;
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
        report_lists_clear(lists);
        pthread_mutex_destroy(&lists->lock);
        free(lists);
    }
}

const struct siphash_key *report_lists_key(const struct report_lists *lists)
{
    return &lists->key;
}

/* The slot of the node; if it has none, an empty one of its set, or else one that is to be emptied for it. */
static struct lists_entry **lists_slot(struct report_lists *lists, uint64_t node)
{
    struct lists_entry **set = &lists->slots[node % SETS * WAYS];
    struct lists_entry **found = &set[node / SETS % WAYS];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i] != NULL && set[i]->node == node) {
            return &set[i];
        }
        found = set[i] == NULL ? &set[i] : found;
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
    const struct lists_entry *entry = *lists_slot(lists, node);
    bool known = entry != NULL && entry->node == node;
    if (known) {
        uint64_t *hashes = arena_alloc(arena, (entry->list.count + 1) * sizeof *hashes);
        for (size_t i = 0; i < entry->list.count; i++) {
            uint64_t wire = 0;
            memcpy(&wire, entry->hashes + i * HASH_LEN, HASH_LEN);
            hashes[i] = le64toh(wire);
        }
        *list = entry->list;
        list->hashes = hashes;
    }
    pthread_mutex_unlock(&lists->lock);
    return known;
}

static struct lists_entry *new_lists_entry(uint64_t node, const struct report_list *list)
{
    struct lists_entry *entry = xmalloc(entry_size(list->count));
    entry->node = node;
    entry->list = *list;
    entry->list.hashes = NULL;
    for (size_t i = 0; i < list->count; i++) {
        uint64_t wire = htole64(list->hashes[i]);
        memcpy(entry->hashes + i * HASH_LEN, &wire, HASH_LEN);
    }
    return entry;
}

void report_lists_put(struct report_lists *lists, const char *node_id, const struct report_list *list)
{
    uint64_t node = node_hash(lists, node_id);
    size_t size = entry_size(list->count);
    pthread_mutex_lock(&lists->lock);
    empty_slot(lists, lists_slot(lists, node));
    while (lists->bytes > 0 && lists->bytes + size > lists->bytes_max) {
        empty_slot(lists, &lists->slots[lists->hand++ % SLOTS]);
    }
    if (size <= lists->bytes_max) {
        *lists_slot(lists, node) = new_lists_entry(node, list);
        lists->bytes += size;
    }
    pthread_mutex_unlock(&lists->lock);
}
