/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/suite.h"
#include "util/buffer.h"
#include "util/config_preprocess.h"

static const char *prepared(const char *text)
{
    static struct buffer out;
    struct err err;
    unsigned line;
    buffer_clear(&out);
    ck_assert_msg(config_preprocess(slice_from_str(text), &out, &line, &err), "%s", err.text);
    return buffer_cstr(&out);
}

START_TEST(wide_numbers_get_their_suffix_and_nothing_else_changes)
{
    ck_assert_str_eq(prepared("a = 2147483648;"), "a = 2147483648L;");
    ck_assert_str_eq(prepared("a=-2147483649"), "a=-2147483649L");
    ck_assert_str_eq(prepared("[0xFFFFFFFF,0x7fffffff]"), "[0xFFFFFFFFL,0x7fffffff]");
    ck_assert_str_eq(prepared("000000000000000000001 99999999999999999999999"),
                     "000000000000000000001 99999999999999999999999L");
    static const char *const same[] = {
        "a = 2147483647;",
        "a = 3000000000L;",
        "a = 3000000000.5; b = 1e99; c = 9999999999e2;",
        "a = \"3000000000 \\\" 3000000000\";",
        "# 3000000000 @\n// 3000000000 \"\n/* 3000000000 @include */",
        "a3000000000 = 1; *x-3000000000 = 2;",
        "a = \"",
        "a = \"\\",
        "/*",
        "/* *",
        "#",
        "0x",
        "",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        ck_assert_str_eq(prepared(same[i]), same[i]);
    }
}
END_TEST

SUITE_MAIN("config_preprocess", wide_numbers_get_their_suffix_and_nothing_else_changes)
