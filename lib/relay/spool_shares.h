/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_shares: how much there is in a directory of the spool, and how much of it is each node's.
 *
 * Reading a directory costs as much as it holds, so whoever needs the figures often keeps them, adds what comes, and
 * reads anew now and then.
 */
#ifndef RELAY_SPOOL_SHARES_H
#define RELAY_SPOOL_SHARES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/siphash.h"

struct spool_share {
    uint64_t node; /* a hash of its id, keyed by the process: nobody can make two nodes share one */
    size_t files;
    int64_t bytes;
};

struct spool_shares { /* all zero: nothing was read */
    struct spool_share all;
    struct spool_share *nodes; /* in order of their hashes */
    size_t node_count;
    size_t node_size;
    struct siphash_key key;
    bool once;
};

void spool_shares_free(struct spool_shares *shares);

/* Looks at names only: all.files, those of one name counted once, no further than `enough`. */
void spool_shares_count(struct spool_shares *shares, int dir_fd, size_t enough);

/* Looks at each file. once: those of one name count as one file, with the bytes of all. */
void spool_shares_read(struct spool_shares *shares, int dir_fd, bool once);

/* By what the node is known here; of a file by its name. */
uint64_t spool_shares_key(const struct spool_shares *shares, const char *node_id);
uint64_t spool_shares_key_of_file(const struct spool_shares *shares, const char *name);

/* What is known of the node; zeros for one that was not there at the last reading. node_id "": what is no run log. */
struct spool_share spool_shares_of(const struct spool_shares *shares, const char *node_id);

/* A file came. */
void spool_shares_add(struct spool_shares *shares, const char *node_id, int64_t bytes);

#endif
