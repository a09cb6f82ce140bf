/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_index_format: what the index file looks like, for node_index.c (reading) and node_index_build.c (writing).
 *
 * The file is the pages of an LMDB database, followed by a trailer. LMDB trusts what it maps, so two things are checked
 * against the trailer first: the file has its full length (a missing page would be a SIGBUS), and the two pages that
 * LMDB starts from are the ones that were written. The trailer also says what the index was made from, so that this can
 * be checked without a map.
 *
 * Keys, in this order:
 *     'c' <number, 32 bits, big-endian>    one certificate (cert_record.h), in the order of the certificates file;
 *                                         behind it the id of its node and the SHA-256 of its DER (node_index_reuse.h)
 *     'n' <node id>                        struct node_index_record, its certificates' numbers (32 bits each), texts
 *     's' <policy server's id>             how many nodes it is the policy server of (64 bits)
 * A node names its certificates by number because they come in any order, and LMDB packs a file best when keys ascend.
 *
 * Numbers are in the machine's own byte order: an index is made where it is read, and one from another machine fails
 * the check.
 */
#pragma once

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>

#include "relay/node_id.h"
#include "relay/node_index.h"
#include "util/slice.h"

#define NODE_INDEX_MAGIC "RDRIDX\x04\n" /* with the number of the format, and of what cert_record_add writes */

#define NODE_INDEX_CERTIFICATES "c" /* what a certificate's key begins with */
#define NODE_INDEX_NODES "n"
#define NODE_INDEX_SERVERS "s"

enum { NODE_INDEX_KEY_SIZE = 1 + NODE_ID_SIZE, NODE_INDEX_MAX_PAGE = 65536, NODE_INDEX_DIGEST = 32 };

/* The state of a source file at the build; all zero when there was no file. */
struct node_index_source {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    int64_t modified[2]; /* seconds, nanoseconds */
    int64_t changed[2];
};

struct node_index_trailer {
    char magic[8];
    uint64_t pages_size; /* bytes before the trailer */
    uint64_t page_size;
    struct node_index_summary summary;
    struct node_index_source nodes_list;
    struct node_index_source nodes_certs;
    unsigned char head_digest[NODE_INDEX_DIGEST];  /* SHA-256 of the first two pages */
    unsigned char pages_digest[NODE_INDEX_DIGEST]; /* SHA-256 of all pages */
    unsigned char digest[NODE_INDEX_DIGEST];       /* SHA-256 of the trailer up to here */
};

struct node_index_record {
    uint32_t certificates;
    uint32_t hostname_len;
    uint32_t policy_server_len;
    uint32_t key_hash_len;
};

/* Fills in magic and digests and writes the trailer after the pages. The file may lack pages at its end that LMDB
 * allocated and did not use, so it is first extended to the length that LMDB expects. */
bool node_index_write_trailer(int fd, struct node_index_trailer *trailer, struct err *err);

/* Reads the trailer and checks the file against it. Only after true may LMDB map it. */
bool node_index_read_trailer(int fd, struct node_index_trailer *trailer, struct err *err);

/* Are all pages the ones that were written? Reads them all, so it is for the builder only, which copies from them. */
bool node_index_pages_whole(int fd, const struct node_index_trailer *trailer);

void node_index_source_of(const char *path, struct node_index_source *source);

/* Was the index made from these files as they are now? */
bool node_index_sources_are(const struct node_index_trailer *trailer, const char *nodes_list_file,
                            const char *nodes_certs_file);

/* These give the key in `bytes`, of NODE_INDEX_KEY_SIZE. id is a valid node id. */
MDB_val node_index_certificate_key(char *bytes, uint32_t number);
MDB_val node_index_node_key(char *bytes, struct slice id);
MDB_val node_index_server_key(char *bytes, struct slice id);
