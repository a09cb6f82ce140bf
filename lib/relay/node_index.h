/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_index: the node list and the certificates, compiled into one read-only file that every program maps.
 *
 * An LMDB file (single file, no lock file, never written in place): building writes a new file and renames it over the
 * old one. Opening maps the file; a look-up reads a few pages; nothing is parsed. Programs notice a new file by
 * node_index_refresh, which costs a stat and is called before a request or a batch. What node_index_* returns points
 * into the map (or is the caller's own text) and is valid until the next refresh or close.
 *
 * One handle belongs to one thread. Each thread has its own handle, and all handles share the pages. LMDB's warning
 * against opening a file twice in a process is about its lock file, which is not used here.
 *
 * A file that is cut, or of another format or machine, is refused when it is opened. After that the content of its
 * pages is trusted.
 *
 * Routing words (PROTOCOL.md section 2): sub-node: any id in the list. Neighbour: its policy server is me. Next hop:
 * the neighbour of mine that is reached by walking up from the node, at most 20 levels.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/cert_record.h"
#include "util/err.h"
#include "util/slice.h"

enum { NODE_INDEX_MAX_LEVELS = 20, NODE_INDEX_MAX_CERTS = 16 };

struct node_index;

struct node_index_entry {
    struct slice hostname; /* both as in the list, unchecked */
    struct slice policy_server;
    struct slice key_hash; /* "sha256:<hex>" or empty */
};

struct node_index_summary {
    uint64_t nodes;
    uint64_t certificates;
    uint64_t parsed_certificates;  /* by OpenSSL in this build; the others are as the index of before had them */
    uint64_t skipped_certificates; /* damaged, without UID or with two, of a node not in the list, or too many for one
                                      node */
};

/* Builds from the two source files, with a warning for each of the first ten nodes and certificates it skips
 * (node_list.h, node_certs.h). Certificates that a whole index in place has are taken from there. On false the index
 * in place stays. A missing source counts as empty, with a warning. *summary is set on true. Any number of builders
 * may run at the same time. */
bool node_index_build(const char *nodes_list_file, const char *nodes_certs_file, const char *index_file,
                      struct node_index_summary *summary, struct err *err);

/* Would node_index_build take these files? Writes nothing, and reads all of both. */
bool node_index_check(const char *nodes_list_file, const char *nodes_certs_file, struct err *err);

/* Was the index made from the sources as they are now (size, times, inode)? False also when there is no index. */
bool node_index_current(const char *nodes_list_file, const char *nodes_certs_file, const char *index_file);

/* NULL with err when there is no index or it is of another format. */
struct node_index *node_index_open(const char *index_file, struct err *err);
void node_index_close(struct node_index *index); /* takes NULL */

/* Maps the file anew if it was replaced, and from time to time, so that pages once read do not stay in the memory of
 * the process. False with err when the new one cannot be read: the old one then stays in use. */
bool node_index_refresh(struct node_index *index, struct err *err);

void node_index_summary(const struct node_index *index, struct node_index_summary *summary);

/* How many nodes have this policy server: its neighbours. */
uint64_t node_index_neighbours(struct node_index *index, const char *policy_server);

/* False when the id is not in the list. entry may be NULL. */
bool node_index_find(struct node_index *index, const char *node_id, struct node_index_entry *entry);

/* Visits each node once, ids ascending, until visit returns false. visit may look up other nodes. Reads all records
 * (about 8 MB of pages with 50,000 nodes), so not for every request. False with err when the index cannot be read. */
typedef bool node_index_visit(void *context, struct slice node_id, const struct node_index_entry *entry);
bool node_index_walk(struct node_index *index, node_index_visit *visit, void *context, struct err *err);

/* For node_index_reuse.h: are all pages the ones that were written? Then what the index has of each certificate, as
 * node_index_format.h says, until visit returns false; it stays valid until the next refresh or close. */
bool node_index_is_whole(const struct node_index *index);
typedef bool node_index_certificate_visit(void *context, struct slice certificate);
void node_index_walk_certificates(struct node_index *index, node_index_certificate_visit *visit, void *context);

/* The node's certificates, at most max. Returns how many. */
size_t node_index_certificates(struct node_index *index, const char *node_id, struct cert_record *certificates,
                               size_t max);

/* Does a certificate shown by a client (PEM or DER) have the public key of one of the node's certificates? One that is
 * itself in the index costs little: OpenSSL only has to read another one, such as a renewed one with the same key. */
bool node_index_has_key(struct node_index *index, const char *node_id, struct slice certificate);

bool node_index_has_key_of(struct node_index *index, const char *node_id, X509 *certificate); /* the same */

/* Is `ancestor` the node itself or a policy server above it? Looks at most 20 levels up, and stops at a loop or a gap.
 */
bool node_index_is_above(struct node_index *index, const char *ancestor, const char *node_id);

/* The neighbour of `me` above the node, or the node itself if it is a neighbour. False when there is none. */
bool node_index_next_hop(struct node_index *index, const char *me, const char *node_id, struct slice *next_hop);

/* How many levels below `me` the node is, 1 for a neighbour. 0 when it is not below `me`. */
int node_index_levels(struct node_index *index, const char *me, const char *node_id);
