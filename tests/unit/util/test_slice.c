/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/slice.h"

#include "support/suite.h"

START_TEST(what_is_taken_off_the_front_is_gone_from_the_rest)
{
    struct slice rest = slice_from_str("one two");
    ck_assert(slice_eq_str(slice_take(&rest, 3), "one"));
    slice_skip(&rest, " \t");
    ck_assert(slice_eq_str(rest, "two"));
    ck_assert(slice_eq_str(slice_behind(rest, 1), "wo"));
    ck_assert(slice_eq_str(slice_behind(rest, 3), ""));
    slice_skip(&rest, "tow");
    ck_assert_uint_eq(rest.len, 0);
}
END_TEST

START_TEST(text_up_to_a_character_is_taken_with_it)
{
    struct slice rest = slice_from_str("a\n\nlast");
    ck_assert(slice_eq_str(slice_take_until(&rest, '\n'), "a"));
    ck_assert(slice_eq_str(slice_take_until(&rest, '\n'), ""));
    ck_assert(slice_eq_str(slice_take_until(&rest, '\n'), "last"));
    ck_assert_uint_eq(rest.len, 0);
    ck_assert_uint_eq(slice_take_until(&rest, '\n').len, 0);
}
END_TEST

/* NULL is a valid empty text, and a NUL is a character like others. */
START_TEST(any_bytes_will_do)
{
    struct slice nothing = {NULL, 0}, nul = {"\0x", 2};
    slice_skip(&nothing, " ");
    ck_assert_uint_eq(slice_take_until(&nothing, ' ').len, 0);
    ck_assert_uint_eq(slice_behind(nothing, 0).len, 0);
    slice_skip(&nul, " x");
    ck_assert_uint_eq(nul.len, 2);
    ck_assert_uint_eq(slice_take_until(&nul, '\0').len, 0);
    ck_assert(slice_eq_str(nul, "x"));
    ck_assert_int_eq(slice_compare(nothing, nothing), 0);
}
END_TEST

START_TEST(a_suffix_is_taken_off_once)
{
    struct slice name = slice_from_str("x.gz.gz");
    ck_assert(slice_take_end(&name, ".gz"));
    ck_assert(slice_eq_str(name, "x.gz"));
    ck_assert(!slice_take_end(&name, ".xz"));
    ck_assert(slice_eq_str(name, "x.gz"));
}
END_TEST

START_TEST(the_order_is_that_of_strcmp)
{
    static const char *const ascending[] = {"", "a", "aa", "ab", "b", "\xff"};
    for (size_t i = 0; i < sizeof ascending / sizeof *ascending; i++) {
        for (size_t j = 0; j < sizeof ascending / sizeof *ascending; j++) {
            int order = slice_compare(slice_from_str(ascending[i]), slice_from_str(ascending[j]));
            ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}
END_TEST

START_TEST(the_whole_is_a_prefix_too)
{
    ck_assert(slice_starts_with(slice_from_str("ab"), "ab"));
    ck_assert(!slice_starts_with(slice_from_str("ab"), "abc"));
    ck_assert(!slice_starts_with(slice_from_str("ab"), "b"));
}
END_TEST

START_TEST(a_blank_is_no_control_character)
{
    ck_assert(!slice_has_control(slice_from_str(" ~\x80")));
    ck_assert(slice_has_control(slice_from_str("x\x1f")));
    ck_assert(slice_has_control(slice_from_str("\x7f")));
}
END_TEST

SUITE_MAIN("slice", what_is_taken_off_the_front_is_gone_from_the_rest, text_up_to_a_character_is_taken_with_it,
           any_bytes_will_do, a_suffix_is_taken_off_once, the_order_is_that_of_strcmp, the_whole_is_a_prefix_too,
           a_blank_is_no_control_character)
