/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_list_pieces.h"

#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/xmalloc.h"

enum { FIRST_PIECES = 64 };

/* The numbers in a piece that ties others together: that of the next one of its kind, then of pieces of hashes. */
enum { TIE_NUMBERS = REPORT_LIST_PIECE_LEN / sizeof(uint32_t), TIE_PIECES = TIE_NUMBERS - 1 };
enum { TIE_HASHES = TIE_PIECES * REPORT_LIST_PIECE_HASHES };

struct list_piece {
    uint32_t next; /* the number of the next one in its bucket or among the free ones; 0: none */
    uint32_t holds;
    unsigned char bytes[REPORT_LIST_PIECE_LEN];
};

static size_t pieces_for(size_t count, size_t each)
{
    return (count + each - 1) / each;
}

size_t report_list_pieces_most(size_t count)
{
    return pieces_for(count, REPORT_LIST_PIECE_HASHES) + pieces_for(count, TIE_HASHES);
}

static uint32_t *piece_bucket(const struct report_list_pieces *pieces, const void *bytes)
{
    uint64_t hash = siphash(&pieces->key, bytes, REPORT_LIST_PIECE_LEN);
    return &pieces->buckets[hash & (pieces->bucket_count - 1)];
}

static void pieces_rehash(struct report_list_pieces *pieces, uint32_t bucket_count)
{
    free(pieces->buckets);
    pieces->buckets = xcalloc(bucket_count, sizeof *pieces->buckets);
    pieces->bucket_count = bucket_count;
    for (uint32_t number = 1; number < pieces->piece_count; number++) {
        struct list_piece *piece = &pieces->pieces[number];
        if (piece->holds > 0) {
            uint32_t *bucket = piece_bucket(pieces, piece->bytes);
            piece->next = *bucket;
            *bucket = number;
        }
    }
}

/* Makes room for one more. The array grows by a quarter, not by doubling: saves memory. */
static void pieces_reserve(struct report_list_pieces *pieces)
{
    if (pieces->used >= pieces->bucket_count) {
        pieces_rehash(pieces, 2 * pieces->bucket_count);
    }
    if (pieces->free == 0 && pieces->piece_count == pieces->piece_capacity) {
        pieces->piece_capacity += pieces->piece_capacity / 4 + FIRST_PIECES;
        pieces->pieces = xreallocarray(pieces->pieces, pieces->piece_capacity, sizeof *pieces->pieces);
    }
}

static uint32_t piece_add(struct report_list_pieces *pieces, const void *bytes)
{
    pieces_reserve(pieces);
    uint32_t number = pieces->free != 0 ? pieces->free : pieces->piece_count++;
    struct list_piece *piece = &pieces->pieces[number];
    pieces->free = pieces->free != 0 ? piece->next : 0;
    uint32_t *bucket = piece_bucket(pieces, bytes);
    piece->next = *bucket;
    piece->holds = 1;
    memcpy(piece->bytes, bytes, sizeof piece->bytes);
    *bucket = number;
    pieces->used++;
    return number;
}

/* *is_new: nobody held it before. */
static uint32_t piece_hold(struct report_list_pieces *pieces, const void *bytes, bool *is_new)
{
    uint32_t number = *piece_bucket(pieces, bytes);
    while (number != 0 && memcmp(pieces->pieces[number].bytes, bytes, REPORT_LIST_PIECE_LEN) != 0) {
        number = pieces->pieces[number].next;
    }
    *is_new = number == 0;
    if (*is_new) {
        return piece_add(pieces, bytes);
    }
    pieces->pieces[number].holds++;
    return number;
}

/* True if nobody holds it any more. */
static bool piece_release(struct report_list_pieces *pieces, uint32_t number)
{
    struct list_piece *piece = &pieces->pieces[number];
    if (--piece->holds > 0) {
        return false;
    }
    uint32_t *link = piece_bucket(pieces, piece->bytes);
    while (*link != number) {
        link = &pieces->pieces[*link].next;
    }
    *link = piece->next;
    piece->next = pieces->free;
    pieces->free = number;
    pieces->used--;
    return true;
}

static uint32_t hold_hashes(struct report_list_pieces *pieces, const uint64_t *hashes, size_t count)
{
    unsigned char bytes[REPORT_LIST_PIECE_LEN] = {0};
    bool is_new;
    for (size_t i = 0; i < count && i < REPORT_LIST_PIECE_HASHES; i++) {
        uint64_t wire = htole64(hashes[i]);
        memcpy(bytes + i * REPORT_LIST_HASH_LEN, &wire, REPORT_LIST_HASH_LEN);
    }
    return piece_hold(pieces, bytes, &is_new);
}

static void release_tied(struct report_list_pieces *pieces, const uint32_t *tie)
{
    for (size_t i = 1; i < TIE_NUMBERS && tie[i] != 0; i++) {
        piece_release(pieces, tie[i]);
    }
}

/* From the end on, since each tie has the number of the next one. A tie holds what it names: where it was there before,
 * what was held for it is released. */
uint32_t report_list_pieces_hold(struct report_list_pieces *pieces, const uint64_t *hashes, size_t count)
{
    if (pieces->bucket_count == 0) {
        pieces->key = siphash_key_new();
        pieces->piece_count = 1;
        pieces->piece_capacity = FIRST_PIECES;
        pieces->pieces = xcalloc(FIRST_PIECES, sizeof *pieces->pieces);
        pieces_rehash(pieces, FIRST_PIECES);
    }
    uint32_t number = 0;
    for (size_t ties = pieces_for(count, TIE_HASHES); ties > 0; ties--) {
        uint32_t tie[TIE_NUMBERS] = {number};
        bool is_new;
        for (size_t i = 0, at = (ties - 1) * TIE_HASHES; i < TIE_PIECES && at < count; i++) {
            tie[1 + i] = hold_hashes(pieces, hashes + at, count - at);
            at += REPORT_LIST_PIECE_HASHES;
        }
        uint32_t next = number;
        number = piece_hold(pieces, tie, &is_new);
        if (!is_new) {
            release_tied(pieces, tie);
            report_list_pieces_release(pieces, next);
        }
    }
    return number;
}

void report_list_pieces_release(struct report_list_pieces *pieces, uint32_t number)
{
    while (number != 0) {
        uint32_t tie[TIE_NUMBERS];
        memcpy(tie, pieces->pieces[number].bytes, sizeof tie);
        if (!piece_release(pieces, number)) {
            return;
        }
        release_tied(pieces, tie);
        number = tie[0];
    }
}

void report_list_pieces_read(const struct report_list_pieces *pieces, uint32_t number, uint64_t *hashes, size_t count)
{
    uint32_t tie[TIE_NUMBERS] = {number};
    const unsigned char *at = NULL;
    for (size_t i = 0; i < count; i++, at += REPORT_LIST_HASH_LEN) {
        uint64_t wire = 0;
        if (i % TIE_HASHES == 0) {
            memcpy(tie, pieces->pieces[tie[0]].bytes, sizeof tie);
        }
        if (i % REPORT_LIST_PIECE_HASHES == 0) {
            at = pieces->pieces[tie[1 + i % TIE_HASHES / REPORT_LIST_PIECE_HASHES]].bytes;
        }
        memcpy(&wire, at, REPORT_LIST_HASH_LEN);
        hashes[i] = le64toh(wire);
    }
}

void report_list_pieces_free(struct report_list_pieces *pieces)
{
    free(pieces->pieces);
    free(pieces->buckets);
    *pieces = (struct report_list_pieces){0};
}
