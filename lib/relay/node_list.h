/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_list: reads nodeslist.json for the index builder.
 *
 * Source: PROTOCOL.md section 2. A missing file is an empty list (with a log line); a malformed one is an error.
 */
#ifndef RELAY_NODE_LIST_H
#define RELAY_NODE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"

/* All text is owned by the list. */
struct node_list_entry {
    const char *id;
    const char *hostname;
    const char *policy_server;
    const char *key_hash; /* normalised "sha256:<lower-case hex>" or "sha512:<hex>"; NULL when absent, empty or malformed */
};

struct node_list {
    struct node_list_entry *entries; /* sorted by id */
    size_t count;
    void *owner;
};

bool node_list_read(const char *path, struct node_list *list, struct err *err);
/* The same from memory, for tests and the fuzz target. */
bool node_list_parse(const char *json, size_t len, struct node_list *list, struct err *err);
void node_list_free(struct node_list *list);

#endif
