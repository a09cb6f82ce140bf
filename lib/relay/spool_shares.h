/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_shares: how much is in a directory of the spool, and how much of it belongs to each node.
 *
 * Reading a directory takes time for each file in it. A caller that needs the numbers often keeps them, adds each new
 * file, and reads the directory again from time to time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/node_id.h"
#include "util/siphash.h"

struct spool_share {
    uint64_t node; /* a hash of its id with a key of the process, so that nobody can force a collision */
    size_t files;
    int64_t bytes;
};

/* Writes the id of the node that the file belongs to; "": to none that is known. False: it is not to be counted. */
typedef bool spool_shares_owner(const void *context, int dir_fd, const char *name, char node_id[NODE_ID_SIZE]);

struct spool_shares { /* all zero: nothing was read */
    struct spool_share all;
    struct spool_share *nodes; /* in order of their hashes */
    size_t node_count;
    size_t node_size;
    struct siphash_key key;
    bool once;
    spool_shares_owner *owner; /* NULL: as the names of run logs say */
    const void *owner_context;
    int dir_fd;                /* while it is read */
};

void spool_shares_free(struct spool_shares *shares);

/* Reads only names: sets all.files, counting the files beside a name together as one, and stops at `enough`. */
void spool_shares_count(struct spool_shares *shares, int dir_fd, size_t enough);

/* Reads the status of each file. once: the files beside a name count together as one, with the bytes of all. */
void spool_shares_read(struct spool_shares *shares, int dir_fd, bool once);

/* The key by which a node is known here. Of a file: false when it is not to be counted. */
uint64_t spool_shares_key(const struct spool_shares *shares, const char *node_id);
bool spool_shares_key_of_file(const struct spool_shares *shares, int dir_fd, const char *name, uint64_t *key);

/* What is known of the node; zeros for a node without files. node_id "": files that are not run logs. */
struct spool_share spool_shares_of(const struct spool_shares *shares, const char *node_id);

/* Sets what is known of the node, for a caller that has counted its files. */
void spool_shares_set(struct spool_shares *shares, const char *node_id, size_t files, int64_t bytes);

/* Adds a new file of the node. */
void spool_shares_add(struct spool_shares *shares, const char *node_id, int64_t bytes);
