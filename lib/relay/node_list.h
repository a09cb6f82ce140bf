/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_list: reads nodeslist.json for the index builder.
 *
 * Source: PROTOCOL.md section 2. A missing file is an empty list (with a log line). Malformed JSON, a node that is not
 * an object, and a hostname or policy-server that is missing or not a text are errors: the server does not write such a
 * list. A node with an invalid id (node_id.h) is skipped with a warning, since the other nodes are not affected. Of two
 * entries with one id the later one counts.
 *
 * Values of other keys, and a malformed key-hash, are skipped (json_reader.h). They may be any valid JSON, including
 * huge numbers and brackets a million deep.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"

enum { NODE_LIST_MAX_SIZE = 256 * 1024 * 1024 }; /* bytes; 50,000 nodes are 10 MB */

/* All text is owned by the list. */
struct node_list_entry {
    const char *id;
    const char *hostname;
    const char *policy_server;
    const char *key_hash; /* "sha256:<lower-case hex>" or "sha512:<hex>"; NULL when absent, empty or malformed */
    size_t position;      /* offset in the file where the entry ends */
};

struct node_list {
    struct node_list_entry *entries; /* sorted by id */
    size_t count;
    void *owner;
};

/* False leaves an empty list, for which node_list_free may still be called. */
bool node_list_read(const char *path, struct node_list *list, struct err *err);
/* The same from memory, for tests and the fuzz target. */
bool node_list_parse(const char *json, size_t len, struct node_list *list, struct err *err);
void node_list_free(struct node_list *list);

/* NULL when the list has no such node. */
const struct node_list_entry *node_list_find(const struct node_list *list, const char *id);
