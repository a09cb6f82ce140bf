/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "support/suite.h"
#include "util/arena.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/log.h"
#include "util/printable.h"
#include "util/utf8.h"

static const char *printable(const char *bytes, size_t len, size_t size)
{
    static char out[64];
    size_t written = printable_copy(out, size, bytes, len);
    ck_assert_uint_eq(written, strlen(out));
    ck_assert_uint_lt(written, size);
    return out;
}

START_TEST(printable_escapes_what_could_harm)
{
    ck_assert_str_eq(printable("a b\"c", 5, 64), "a b\"c");
    ck_assert_str_eq(printable("\n\r\t\\", 4, 64), "\\n\\r\\t\\\\");
    ck_assert_str_eq(printable("\0\x1b[31m\x7f", 7, 64), "\\x00\\x1B[31m\\x7F");
    ck_assert_str_eq(printable("\xc3\xa9\xe2\x82\xac", 5, 64), "\xc3\xa9\xe2\x82\xac");
    ck_assert_str_eq(printable("\xff\xc3", 2, 64), "\\xFF\\xC3");
    ck_assert_str_eq(printable("\xc2\x9b", 2, 64), "\\xC2\\x9B"); /* CSI as a C1 control */
}
END_TEST

/* The first and last of each range, and their neighbours: of Unicode's DerivedCoreProperties.txt and UnicodeData.txt.
 */
START_TEST(printable_escapes_what_is_invisible)
{
    const char *const hidden[] = {
        "\xc2\x80",         "\xc2\x85",         "\xc2\x9f",         "\xc2\xad",         "\xcd\x8f",
        "\xd8\x9c",         "\xe1\x85\x9f",     "\xe1\xa0\x8e",     "\xe2\x80\x8b",     "\xe2\x80\x8d",
        "\xe2\x80\x8f",     "\xe2\x80\xa8",     "\xe2\x80\xa9",     "\xe2\x80\xaa",     "\xe2\x80\xae",
        "\xe2\x81\xa0",     "\xe2\x81\xa6",     "\xe2\x81\xa9",     "\xe2\x81\xaf",     "\xe3\x85\xa4",
        "\xef\xb8\x80",     "\xef\xb8\x8f",     "\xef\xbb\xbf",     "\xef\xbe\xa0",     "\xef\xbf\xb9",
        "\xf0\x9d\x85\xb3", "\xf3\xa0\x80\x81", "\xf3\xa0\x81\xbf", "\xf3\xa0\x87\xaf", "\xf3\xa0\xbf\xbf",
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        char escaped[32] = "";
        for (const char *at = hidden[i]; *at != '\0'; at++) {
            sprintf(escaped + strlen(escaped), "\\x%02X", (unsigned char)*at);
        }
        ck_assert_str_eq(printable(hidden[i], strlen(hidden[i]), 64), escaped);
    }
    const char *const shown[] = {
        "\xc2\xa0",     "\xc2\xac",     "\xc2\xae",     "\xcd\x90",         "\xd8\x9b",         "\xd8\x9d",
        "\xe2\x80\x8a", "\xe2\x80\x90", "\xe2\x80\xa7", "\xe2\x80\xaf",     "\xe2\x81\x9f",     "\xe2\x81\xb0",
        "\xef\xb7\xbf", "\xef\xb8\x90", "\xef\xbf\xbd", "\xf0\x9f\x98\x80", "\xf3\x9f\xbf\xbf", "\xf3\xa1\x80\x80",
    };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        ck_assert_str_eq(printable(shown[i], strlen(shown[i]), 64), shown[i]);
    }
}
END_TEST

START_TEST(printable_cuts_with_dots_and_never_inside_a_piece)
{
    ck_assert_str_eq(printable("1234567", 7, 8), "1234567");
    ck_assert_str_eq(printable("12345678", 8, 8), "1234...");
    ck_assert_str_eq(printable("123\x01" "56789", 9, 8), "123...");
}
END_TEST

START_TEST(utf8_replaces_maximal_subparts)
{
    char out[64];
    /* Unicode 15 section 3.9, table 3-8: 61 F1 80 80 E1 80 C2 62 80 63 80 BF 64 */
    const char table[] = "a\xf1\x80\x80\xe1\x80\xc2" "b\x80" "c\x80\xbf" "d";
    size_t len = utf8_replace(out, table, sizeof table - 1);
    out[len] = '\0';
    ck_assert_str_eq(out, "a" UTF8_REPLACEMENT UTF8_REPLACEMENT UTF8_REPLACEMENT "b" UTF8_REPLACEMENT
                          "c" UTF8_REPLACEMENT UTF8_REPLACEMENT "d");
    len = utf8_replace(out, "x\0y", 3);
    out[len] = '\0';
    ck_assert_str_eq(out, "x" UTF8_REPLACEMENT "y");
    ck_assert_uint_eq(utf8_clean_prefix("0123456789\xed\xa0\x80", 13), 10); /* a surrogate */
    ck_assert_uint_eq(utf8_clean_prefix("01234567\0", 9), 8);
    ck_assert_uint_eq(utf8_clean_prefix("\xf4\x8f\xbf\xbf", 4), 4);
    ck_assert_uint_eq(utf8_clean_prefix("\xf4\x90\x80\x80", 4), 0);
}
END_TEST

/* It goes by blocks and words: wherever in them something stands, the answer is the same. */
START_TEST(utf8_clean_prefix_at_every_place)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool clean;
    } cases[] = {{"\0", 1, false}, {"\xff", 1, false}, {"\x80", 1, false}, {"\x01\x7f", 2, true},
                 {"\xc3\xa9", 2, true}, {"\xf0\x9f\x90\xa7", 4, true}, {"\xf0\x9f\x90.", 4, false}};
    char text[200];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t at = 0; at + cases[i].len <= sizeof text; at++) {
            memset(text, 'a', sizeof text);
            memcpy(text + at, cases[i].bytes, cases[i].len);
            ck_assert_uint_eq(utf8_clean_prefix(text, sizeof text), cases[i].clean ? sizeof text : at);
            size_t cut = at + cases[i].len - 1; /* a sequence that the end cuts is not clean */
            ck_assert_uint_eq(utf8_clean_prefix(text, cut), (unsigned char)cases[i].bytes[0] < 0x80 ? cut : at);
        }
    }
}
END_TEST

START_TEST(err_is_printable_and_cut)
{
    struct err err;
    ck_assert(!err_set(&err, "name '%s'", "a\nb"));
    ck_assert_str_eq(err.text, "name 'a\\nb'");
    ck_assert(!err_prefix(&err, "file %d", 7));
    ck_assert_str_eq(err.text, "file 7: name 'a\\nb'");
    ck_assert(!err_set_errno(&err, ENOENT, "open %s", "x"));
    ck_assert_str_eq(err.text, "open x: No such file or directory");
    char large[2 * ERR_TEXT_SIZE];
    memset(large, '\x01', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    err_set(&err, "%s", large);
    ck_assert_uint_lt(strlen(err.text), ERR_TEXT_SIZE);
    ck_assert(strcmp(err.text + strlen(err.text) - 3, "...") == 0);
}
END_TEST

START_TEST(buffer_grows_and_keeps)
{
    struct buffer buffer = {0};
    for (int i = 0; i < 1000; i++) {
        buffer_add_format(&buffer, "%d,", i);
    }
    ck_assert_uint_eq(buffer.len, strlen(buffer_cstr(&buffer)));
    ck_assert(slice_ends_with(buffer_slice(&buffer), ",998,999,"));
    buffer_clear(&buffer);
    buffer_add_text(&buffer, "again");
    ck_assert_str_eq(buffer_cstr(&buffer), "again");
    buffer_clear(&buffer);
    buffer_add_number(&buffer, 0);
    buffer_add_text(&buffer, " ");
    buffer_add_number(&buffer, UINT64_MAX);
    ck_assert_str_eq(buffer_cstr(&buffer), "0 18446744073709551615");
    size_t size = buffer.size;
    buffer_clear_large(&buffer, size);
    ck_assert(buffer.len == 0 && buffer.size == size);
    buffer_clear_large(&buffer, size - 1);
    ck_assert(buffer.len == 0 && buffer.size == 0);
    buffer_free(&buffer);
}
END_TEST

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

START_TEST(log_filter_wins_over_level)
{
    struct err err;
    ck_assert(log_configure(LOG_LEVEL_WARN, "spool=trace, upload=error", &err));
    ck_assert(log_enabled(LOG_LEVEL_TRACE, "spool"));
    ck_assert(!log_enabled(LOG_LEVEL_WARN, "upload"));
    ck_assert(log_enabled(LOG_LEVEL_WARN, "other"));
    ck_assert(!log_enabled(LOG_LEVEL_INFO, "other"));
    ck_assert(!log_configure(LOG_LEVEL_TRACE, "spool=loud", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "spool=loud"));
    ck_assert(!log_configure(LOG_LEVEL_TRACE, "=debug", &err));
    ck_assert(!log_enabled(LOG_LEVEL_INFO, "other")); /* the old settings stay */
}
END_TEST

SUITE_MAIN("text", printable_escapes_what_could_harm, printable_escapes_what_is_invisible,
           printable_cuts_with_dots_and_never_inside_a_piece,
           utf8_replaces_maximal_subparts, utf8_clean_prefix_at_every_place, err_is_printable_and_cut,
           buffer_grows_and_keeps, arena_gives_pieces, arena_pieces_are_aligned_and_texts_are_not,
           arena_large_pieces_leave_the_room_of_small_ones, log_filter_wins_over_level)
