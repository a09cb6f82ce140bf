/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "util/line_merge.h"
#include "util/xmalloc.h"

static void test_line_merge_add(struct line_merge *merge, const char *text, struct buffer *out)
{
    line_merge_add(merge, text, strlen(text), out);
}

START_TEST(lines_of_two_sources_stay_whole)
{
    struct line_merge a = {0}, b = {0};
    struct buffer out = {0};
    test_line_merge_add(&a, "one ", &out);
    test_line_merge_add(&b, "eins\nzwei\ndr", &out);
    ck_assert_str_eq(buffer_cstr(&out), "eins\nzwei\n");
    test_line_merge_add(&a, "two", &out);
    test_line_merge_add(&a, "\n", &out);
    test_line_merge_add(&b, "", &out);
    ck_assert_str_eq(buffer_cstr(&out), "eins\nzwei\none two\n");
    test_line_merge_add(&b, "ei", &out);
    line_merge_end(&a, &out);
    line_merge_end(&b, &out);
    ck_assert_str_eq(buffer_cstr(&out), "eins\nzwei\none two\ndrei\n");
    line_merge_end(&b, &out);
    ck_assert_str_eq(buffer_cstr(&out), "eins\nzwei\none two\ndrei\n");
    line_merge_free(&a);
    line_merge_free(&b);
    buffer_free(&out);
}
END_TEST

START_TEST(bytes_are_not_looked_at)
{
    struct line_merge merge = {0};
    struct buffer out = {0};
    static const char bytes[] = "a\0b\r\n\n\xff\x1b[31m";
    line_merge_add(&merge, bytes, sizeof bytes - 1, &out);
    line_merge_end(&merge, &out);
    ck_assert_uint_eq(out.len, sizeof bytes);
    ck_assert_mem_eq(out.at, "a\0b\r\n\n\xff\x1b[31m\n", sizeof bytes);
    line_merge_free(&merge);
    buffer_free(&out);
}
END_TEST

/* However it comes: no more than the limit is kept, all of it comes out, and only line ends are added. */
static void check_endless_line(size_t each)
{
    enum { LEN = 3 * LINE_MERGE_MAX + 7 };
    char *line = xmalloc(LEN);
    memset(line, 'x', LEN);
    struct line_merge merge = {0};
    struct buffer out = {0};
    for (size_t at = 0; at < LEN;) {
        size_t piece = each < LEN - at ? each : LEN - at;
        line_merge_add(&merge, line + at, piece, &out);
        ck_assert_uint_le(merge.begun.len, LINE_MERGE_MAX);
        at += piece;
    }
    line_merge_end(&merge, &out);
    ck_assert_uint_eq(out.len, LEN + 4);
    size_t wrong = 0;
    for (size_t i = 0; i < out.len; i++) {
        bool at_end = i % (LINE_MERGE_MAX + 1) == LINE_MERGE_MAX || i == out.len - 1;
        wrong += out.at[i] != (at_end ? '\n' : 'x');
    }
    ck_assert_uint_eq(wrong, 0);
    line_merge_free(&merge);
    buffer_free(&out);
    free(line);
}

START_TEST(an_endless_line_is_broken)
{
    static const size_t pieces[] = {1, 1000, LINE_MERGE_MAX, SIZE_MAX};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        check_endless_line(pieces[i]);
    }
}
END_TEST

SUITE_MAIN("line_merge", lines_of_two_sources_stay_whole, bytes_are_not_looked_at, an_endless_line_is_broken)
