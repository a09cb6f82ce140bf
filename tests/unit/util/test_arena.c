/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "support/suite.h"
#include "util/arena.h"

START_TEST(arena_gives_pieces)
{
    struct arena arena = {0};
    for (int round = 0; round < 3; round++) {
        char *pieces[2000];
        for (int i = 0; i < 2000; i++) {
            pieces[i] = arena_alloc(&arena, 100);
            memset(pieces[i], i % 251, 100);
        }
        for (int i = 0; i < 2000; i++) {
            ck_assert_int_eq((unsigned char)pieces[i][99], i % 251);
        }
        arena_clear(&arena);
    }
    arena_free(&arena);
}
END_TEST

START_TEST(arena_pieces_are_aligned_and_texts_are_not)
{
    struct arena arena = {0};
    char *first = arena_alloc_bytes(&arena, 3);
    char *second = arena_alloc_bytes(&arena, 2);
    ck_assert_ptr_eq(second, first + 3);
    ck_assert_uint_eq((uintptr_t)arena_alloc(&arena, 1) % _Alignof(max_align_t), 0);
    arena_free(&arena);
}
END_TEST

/* So that room is not lost wherever a large piece comes among small ones. */
START_TEST(arena_large_pieces_leave_the_room_of_small_ones)
{
    struct arena arena = {0};
    char *before = arena_alloc_bytes(&arena, 1);
    memset(arena_alloc_bytes(&arena, 1 << 21), 1, 1 << 21);
    ck_assert_ptr_eq((char *)arena_alloc_bytes(&arena, 1), before + 1);
    arena_clear(&arena);
    arena_free(&arena);
}
END_TEST

SUITE_MAIN("arena", arena_gives_pieces, arena_pieces_are_aligned_and_texts_are_not,
           arena_large_pieces_leave_the_room_of_small_ones)
