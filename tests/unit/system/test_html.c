/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/suite.h"
#include "system/html.h"
#include "util/json_utf8.h"

static void becomes(const char *text, const char *wanted)
{
    struct buffer out = {0};
    html_add(&out, text);
    ck_assert_str_eq(buffer_cstr(&out), wanted);
    buffer_free(&out);
}

START_TEST(what_html_gives_a_meaning_is_escaped)
{
    becomes("", "");
    becomes("plain text, with a tab\tand a\nline", "plain text, with a tab\tand a\nline");
    becomes("<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
    becomes("\" onload=\"&amp;", "&quot; onload=&quot;&amp;amp;");
    becomes("äöü € 𝄞", "äöü € 𝄞");
}
END_TEST

START_TEST(what_is_no_text_becomes_the_replacement)
{
    becomes("a\xff" "b", "a\xef\xbf\xbd" "b");
    becomes("\xe2\x82", "\xef\xbf\xbd");
    becomes("\xc0\xbc" "b>", "\xef\xbf\xbd\xef\xbf\xbd" "b&gt;"); /* an overlong < */
    becomes("\x01\x1b[0m\x7f\r", "\xef\xbf\xbd\xef\xbf\xbd[0m\xef\xbf\xbd\xef\xbf\xbd");
    becomes("\xc2\x9b", "\xef\xbf\xbd");
    becomes("a\xe2\x80\xaegpj.exe", "a\xef\xbf\xbdgpj.exe"); /* right-to-left override */
}
END_TEST

START_TEST(formatted_text_is_escaped_as_a_whole)
{
    struct buffer out = {0};
    html_add_format(&out, "%d < %s", 3, "<b>");
    ck_assert_str_eq(buffer_cstr(&out), "3 &lt; &lt;b&gt;");
    buffer_free(&out);
}
END_TEST

START_TEST(json_text_of_any_bytes)
{
    json_t *json = json_utf8_new("a\xff\"\n");
    char *text = json_dumps(json, JSON_ENCODE_ANY);
    ck_assert_str_eq(text, "\"a\xef\xbf\xbd\\\"\\n\"");
    free(text);
    json_decref(json);
}
END_TEST

SUITE_MAIN("html", what_html_gives_a_meaning_is_escaped, what_is_no_text_becomes_the_replacement,
           formatted_text_is_escaped_as_a_whole, json_text_of_any_bytes)
