/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_list: reads nodeslist.json for the index builder.
 *
 * Source: PROTOCOL.md section 2. A missing file is an empty list (with a log line). Malformed JSON, a node that is no
 * object, and a hostname or policy-server that is missing or no text are errors: a list like that is not what the
 * server wrote. An id that no node can have (node_id.h) is skipped with a warning: it costs nobody else anything. Of
 * two entries with one id the later counts.
 *
 * Values of other keys, and a key-hash that is none, are passed over (json_reader.h): any right JSON will do there,
 * numbers that no program can hold and brackets a million deep as well.
 */
#ifndef RELAY_NODE_LIST_H
#define RELAY_NODE_LIST_H

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
    size_t position;      /* where in the file the entry ends, bytes */
};

struct node_list {
    struct node_list_entry *entries; /* sorted by id */
    size_t count;
    void *owner;
};

/* False leaves an empty list; node_list_free may be called all the same. */
bool node_list_read(const char *path, struct node_list *list, struct err *err);
/* The same from memory, for tests and the fuzz target. */
bool node_list_parse(const char *json, size_t len, struct node_list *list, struct err *err);
void node_list_free(struct node_list *list);

/* NULL when the list has no such node. */
const struct node_list_entry *node_list_find(const struct node_list *list, const char *id);

#endif
