/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_lists: which list of shared lines each node used last (sql/storage-compact.sql), so that its next run can
 * refer to the same one. A cache that all connections of a process share; it may forget anything at any time, and
 * then the node's next run makes a list.
 *
 * Memory: at most `bytes_max`, and half a MiB for the table. A list of 72 lines takes 56 bytes; 64 more for each eight
 * of its lines that no other node has in the same places, and 64 unless another node has the same list. So 36 MiB are
 * enough for 53,000 nodes that have nothing in common; a fleet with one policy needs a tenth of it. When it is full,
 * nodes are forgotten in turn.
 *
 * Of a line it keeps 48 bits of a hash with a key that nobody outside knows. A changed line that has the same hash
 * would be stored as the old one; that happens once in 280,000,000,000,000 changed lines.
 *
 * Nodes are told apart by 64 bits of such a hash. All functions may be called by several threads.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/siphash.h"

enum { REPORT_LISTS_BYTES = 36 << 20 };

enum { REPORT_LIST_ID_LEN = 16, REPORT_LIST_DAY_SIZE = 12 };
#define REPORT_LIST_HASH_MASK UINT64_C(0xffffffffffff)

struct report_list {
    unsigned char id[REPORT_LIST_ID_LEN];
    char day[REPORT_LIST_DAY_SIZE]; /* it is a list of this day */
    uint64_t last_run;              /* hash of all lines of the node's last run */
    size_t count;                   /* reports of the run that made the list */
    const uint64_t *hashes;         /* of these reports by place, 48 bits; 0: not a line of the list */
};

struct report_lists;

struct report_lists *report_lists_new(size_t bytes_max);
void report_lists_free(struct report_lists *lists);

const struct siphash_key *report_lists_key(const struct report_lists *lists);

/* Copies what is known of the node; hashes are in the arena. False if nothing is. */
bool report_lists_get(struct report_lists *lists, const char *node_id, struct arena *arena, struct report_list *list);

/* Replaces it. */
void report_lists_put(struct report_lists *lists, const char *node_id, const struct report_list *list);

/* Forgets all nodes. */
void report_lists_clear(struct report_lists *lists);
