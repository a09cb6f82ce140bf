/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syslog/syslog_line.h"

#include "support/suite.h"

#define ID "\"id\":\"A1-b\","
#define FROM "\"from\":\"192.0.2.1\","
#define WHEN "\"time\":\"2026-11-29T08:00:00+00:00\","

START_TEST(a_line_of_the_template)
{
    struct syslog_line line = {0};
    struct err err = {""};
    const char *text = "{" ID FROM WHEN "\"message\":\" R: \\\"x\\\"\\n\\u00e9\"}";
    ck_assert(syslog_line_read(&line, slice_from_str(text), &err));
    ck_assert_str_eq(line.id, "A1-b");
    ck_assert_str_eq(line.from, "192.0.2.1");
    ck_assert_str_eq(line.time, "2026-11-29T08:00:00+00:00");
    ck_assert_str_eq(buffer_cstr(&line.message), " R: \"x\"\n\xc3\xa9");
    /* used again; bytes that are not UTF-8 */
    ck_assert(syslog_line_read(&line, slice_from_str("{" ID FROM WHEN "\"other\":1,\"message\":\"a\xff\"}"), &err));
    ck_assert_str_eq(buffer_cstr(&line.message), "a\xef\xbf\xbd");
    ck_assert(syslog_line_read(&line, slice_from_str("{" ID FROM WHEN "\"message\":\"\"}"), &err));
    ck_assert_uint_eq(line.message.len, 0);
    syslog_line_free(&line);
}
END_TEST

START_TEST(anything_else_is_refused)
{
    static const char *const wrong[] = {
        "",
        "x",
        "[]",
        "\"text\"",
        "BEGIN TRANSACTION",
        "{}",
        "{" FROM WHEN "\"message\":\"x\"}",
        "{" ID WHEN "\"message\":\"x\"}",
        "{" ID FROM "\"message\":\"x\"}",
        "{" ID FROM WHEN "\"message\":1}",
        "{" ID FROM WHEN "\"other\":\"x\"}",
        "{" ID FROM WHEN "\"message\":\"x\\u0000y\"}",
        "{" ID ID FROM WHEN "\"message\":\"x\"}",
        "{\"id\":\"\"," FROM WHEN "\"message\":\"x\"}",
        "{\"id\":\"a/b\"," FROM WHEN "\"message\":\"x\"}",
        "{\"id\":7," FROM WHEN "\"message\":\"x\"}",
        "{\"id\":\"0123456789012345678901234567890123456789012345678901234567890123x\"," FROM WHEN "\"message\":\"x\"}",
        "{" ID "\"from\":\"a\\nb\"," WHEN "\"message\":\"x\"}",
        "{" ID FROM WHEN "\"message\":\"x\"} {}",
    };
    struct syslog_line line = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err err = {""};
        ck_assert_msg(!syslog_line_read(&line, slice_from_str(wrong[i]), &err), "%s", wrong[i]);
        ck_assert_str_ne(err.text, "");
    }
    syslog_line_free(&line);
}
END_TEST

SUITE_MAIN("syslog_line", a_line_of_the_template, anything_else_is_refused)
