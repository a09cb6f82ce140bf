/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_list_pieces: line hashes of report_lists, in pieces of a few. Nodes with the same policy have most lines in
 * common, so each piece is kept once, however many lists hold it. The numbers of a list's pieces are kept in pieces,
 * too, so nodes with the same list share all of it. It has no lock.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/siphash.h"

enum {
    REPORT_LIST_HASH_LEN = 6,
    REPORT_LIST_PIECE_HASHES = 8,
    REPORT_LIST_PIECE_LEN = REPORT_LIST_PIECE_HASHES * REPORT_LIST_HASH_LEN,
    REPORT_LIST_PIECE_COST = REPORT_LIST_PIECE_LEN + 16, /* bytes of memory, with its share of the table */
};

struct list_piece;

/* All zero at first. The caller reads used. */
struct report_list_pieces {
    struct siphash_key key;
    struct list_piece *pieces; /* by number; there is no number 0 */
    uint32_t *buckets;         /* the number of the first piece in each */
    uint32_t bucket_count;     /* a power of two, or 0 */
    uint32_t piece_count;      /* used or free */
    uint32_t piece_capacity;
    uint32_t free; /* the number of the first free piece */
    uint32_t used;
};

/* How many pieces these hashes take when they share none. */
size_t report_list_pieces_most(size_t count);

/* Returns the number by which the hashes are found again, until it is released as often as it was held; 0 for none. */
uint32_t report_list_pieces_hold(struct report_list_pieces *pieces, const uint64_t *hashes, size_t count);
void report_list_pieces_release(struct report_list_pieces *pieces, uint32_t number);

/* Fills hashes with the count that were held. */
void report_list_pieces_read(const struct report_list_pieces *pieces, uint32_t number, uint64_t *hashes, size_t count);

/* Frees the memory. All is zero again. */
void report_list_pieces_free(struct report_list_pieces *pieces);
