/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_list_pieces.h"
#include "support/suite.h"

enum { LISTS = 300, HASHES = 200 };

/* Lists have some of their hashes in common with others, and lengths of all kinds. */
static size_t made_hashes(uint64_t hashes[HASHES], size_t number)
{
    for (size_t i = 0; i < HASHES; i++) {
        hashes[i] = i % 50 == number % 50 ? 1000 * number + i : i;
    }
    return number % (HASHES + 1);
}

static uint32_t hold_made(struct report_list_pieces *pieces, size_t number)
{
    uint64_t hashes[HASHES];
    size_t count = made_hashes(hashes, number);
    return report_list_pieces_hold(pieces, hashes, count);
}

static void check_made(const struct report_list_pieces *pieces, uint32_t held, size_t number)
{
    uint64_t hashes[HASHES], got[HASHES];
    size_t count = made_hashes(hashes, number);
    report_list_pieces_read(pieces, held, got, count);
    ck_assert_mem_eq(got, hashes, count * sizeof *got);
}

START_TEST(test_the_same_list_is_kept_once)
{
    struct report_list_pieces pieces = {0};
    ck_assert_uint_eq(hold_made(&pieces, 0), 0);
    uint32_t one = hold_made(&pieces, 150);
    uint32_t used = pieces.used;
    ck_assert_uint_eq(used, report_list_pieces_most(150));
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(hold_made(&pieces, 150), one);
    }
    ck_assert_uint_eq(pieces.used, used);
    for (int i = 0; i < 3; i++) {
        report_list_pieces_release(&pieces, one);
    }
    check_made(&pieces, one, 150);
    report_list_pieces_release(&pieces, one);
    ck_assert_uint_eq(pieces.used, 0);
    report_list_pieces_free(&pieces);
}
END_TEST

/* Of lists that differ in one hash, the other pieces are kept once. */
START_TEST(test_pieces_are_shared)
{
    struct report_list_pieces pieces = {0};
    uint64_t hashes[HASHES];
    size_t count = 72;
    made_hashes(hashes, 0);
    uint32_t one = report_list_pieces_hold(&pieces, hashes, count);
    uint32_t used = pieces.used;
    hashes[20] = 12345;
    uint32_t other = report_list_pieces_hold(&pieces, hashes, count);
    ck_assert_uint_eq(pieces.used, used + 2); /* those eight hashes, and what ties the list together */
    report_list_pieces_release(&pieces, one);
    uint64_t got[HASHES];
    report_list_pieces_read(&pieces, other, got, count);
    ck_assert_mem_eq(got, hashes, count * sizeof *got);
    ck_assert_uint_eq(pieces.used, used);
    report_list_pieces_release(&pieces, other);
    ck_assert_uint_eq(pieces.used, 0);
    report_list_pieces_free(&pieces);
}
END_TEST

/* Many come, every other one goes, and others take their places: no more memory is needed. */
START_TEST(test_places_are_used_again)
{
    struct report_list_pieces pieces = {0};
    uint32_t held[LISTS];
    for (size_t i = 0; i < LISTS; i++) {
        held[i] = hold_made(&pieces, i);
    }
    uint32_t capacity = pieces.piece_capacity;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < LISTS; i += 2) {
            report_list_pieces_release(&pieces, held[i]);
        }
        for (size_t i = 1; i < LISTS; i += 2) {
            check_made(&pieces, held[i], i);
        }
        for (size_t i = 0; i < LISTS; i += 2) {
            held[i] = hold_made(&pieces, i);
        }
    }
    ck_assert_uint_eq(pieces.piece_capacity, capacity);
    for (size_t i = 0; i < LISTS; i++) {
        check_made(&pieces, held[i], i);
        report_list_pieces_release(&pieces, held[i]);
    }
    ck_assert_uint_eq(pieces.used, 0);
    report_list_pieces_free(&pieces);
}
END_TEST

SUITE_MAIN("report_list_pieces", test_the_same_list_is_kept_once, test_pieces_are_shared, test_places_are_used_again)
