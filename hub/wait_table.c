/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wait_table.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "util/xmalloc.h"

enum { RECENT_MS = 30 * 1000, RUNNING_MS = 5 * 60 * 1000 };

TAILQ_HEAD(wait_node_list, wait_node);

struct wait_table {
    void *tree; /* tsearch(3), by key */
    struct wait_node_list nodes;
};

static int compare_keys(const void *a, const void *b)
{
    const struct wait_node *left = a, *right = b;
    return strcmp(left->key, right->key);
}

struct wait_table *wait_table_new(void)
{
    struct wait_table *table = xcalloc(1, sizeof *table);
    TAILQ_INIT(&table->nodes);
    return table;
}

static struct wait_node *node_new(struct slice key)
{
    struct wait_node *node = xcalloc(1, sizeof *node + key.len + 1);
    memcpy(node->key, key.at, key.len);
    TAILQ_INIT(&node->targets);
    return node;
}

static void wait_table_remove(struct wait_table *table, struct wait_node *node)
{
    tdelete(node, &table->tree, compare_keys);
    TAILQ_REMOVE(&table->nodes, node, link);
    free(node);
}

void wait_table_free(struct wait_table *table)
{
    if (table != NULL) {
        while (!TAILQ_EMPTY(&table->nodes)) {
            wait_table_remove(table, TAILQ_FIRST(&table->nodes));
        }
        free(table);
    }
}

struct wait_node *wait_table_find(const struct wait_table *table, const char *key)
{
    struct wait_node *wanted = node_new(slice_from_str(key));
    void *found = tfind(wanted, &table->tree, compare_keys);
    free(wanted);
    return found != NULL ? *(struct wait_node **)found : NULL;
}

struct wait_node *wait_table_get(struct wait_table *table, struct slice key)
{
    struct wait_node *node = node_new(key);
    struct wait_node **place = tsearch(node, &table->tree, compare_keys);
    if (place == NULL) {
        abort(); /* out of memory, see xmalloc.h */
    }
    if (*place != node) {
        free(node);
        return *place;
    }
    TAILQ_INSERT_TAIL(&table->nodes, node, link);
    return node;
}

bool wait_node_runs(const struct wait_node *node, int64_t now_ms)
{
    return node->given_ms > 0 && now_ms - node->given_ms < RUNNING_MS;
}

bool wait_node_is_there(const struct wait_node *node, int64_t now_ms)
{
    return node->conn != NULL || (node->seen_ms > 0 && now_ms - node->seen_ms < RECENT_MS) ||
           wait_node_runs(node, now_ms);
}

void wait_table_walk(struct wait_table *table, wait_table_visit *visit, void *context)
{
    struct wait_node *node;
    TAILQ_FOREACH(node, &table->nodes, link)
    {
        visit(context, node);
    }
}

static bool node_is_known(const struct wait_node *node, wait_table_known *known, void *context)
{
    struct slice id = slice_from_str(node->key);
    char text[NODE_ID_SIZE];
    slice_take_end(&id, HUB_BELOW);
    memcpy(text, id.at, id.len);
    text[id.len] = '\0';
    return known(context, text);
}

void wait_table_sweep(struct wait_table *table, wait_table_known *known, void *context)
{
    struct wait_node *node = TAILQ_FIRST(&table->nodes), *next;
    for (; node != NULL; node = next) {
        next = TAILQ_NEXT(node, link);
        if (node->conn == NULL && node->conns == 0 && TAILQ_EMPTY(&node->targets) &&
            !node_is_known(node, known, context)) {
            wait_table_remove(table, node);
        }
    }
}
