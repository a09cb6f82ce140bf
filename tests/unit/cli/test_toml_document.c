/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/toml_document.h"

#include <stdio.h>

#include "support/suite.h"
#include "util/buffer.h"

static struct toml_document *toml_parsed(const char *text)
{
    struct err err = {""};
    struct toml_document *document = toml_document_parse("f", slice_from_str(text), &err);
    ck_assert_msg(document != NULL, "%s: %s", text, err.text);
    return document;
}

static void ck_toml_refused(const char *text, const char *why)
{
    struct err err = {""};
    struct toml_document *document = toml_document_parse("f", slice_from_str(text), &err);
    ck_assert_msg(document == NULL, "taken: %s", text);
    ck_assert_msg(strcmp(err.text, why) == 0, "%s: %s instead of %s", text, err.text, why);
}

START_TEST(keys_have_their_tables_and_lines)
{
    struct toml_document *document =
        toml_parsed("top = 1\r\n[ a.b ] # a table\n\n\tkey.more = 2#a number\n[a]\n[a.c]\nx-1_Y=3\n  # end");
    static const struct {
        const char *key;
        unsigned line;
    } wanted[] = {{"top", 1}, {"a.b.key.more", 4}, {"a.c.x-1_Y", 7}};
    ck_assert_uint_eq(document->count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_eq(document->entries[i].key, wanted[i].key);
        ck_assert_uint_eq(document->entries[i].line, wanted[i].line);
        ck_assert_int_eq(document->entries[i].value.kind, TOML_INTEGER);
        ck_assert_int_eq(document->entries[i].value.number, (int64_t)i + 1);
    }
    toml_document_free(document);
    document = toml_parsed("");
    ck_assert_uint_eq(document->count, 0);
    toml_document_free(document);
}
END_TEST

START_TEST(texts_mean_what_toml_says)
{
    static const struct {
        const char *source;
        const char *text;
    } cases[] = {
        {"\"\"", ""},
        {"''", ""},
        {"\"p@ss'#=[]\"", "p@ss'#=[]"},
        {"'C:\\dir \"x\" \\n'", "C:\\dir \"x\" \\n"},
        {"\"\\b\\t\\n\\f\\r\\\"\\\\\"", "\b\t\n\f\r\"\\"},
        {"\"\\u00e9\\u20AC\\U0001F600A\\u007f\"", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
                                                  "A\x7f"},
        {"\"\xc3\xa9\t\"", "\xc3\xa9\t"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char source[128];
        snprintf(source, sizeof source, "a=%s", cases[i].source);
        struct toml_document *document = toml_parsed(source);
        ck_assert_int_eq(document->entries[0].value.kind, TOML_TEXT);
        ck_assert_str_eq(document->entries[0].value.text, cases[i].text);
        toml_document_free(document);
    }
}
END_TEST

START_TEST(other_values)
{
    struct toml_document *document =
        toml_parsed("a=true\nb = false\nc=[]\nd=[ 'x', # one\n\n \"y\",\n]\ne=-9223372036854775808\nf=+1_000\ng=0");
    const struct toml_entry *entry = document->entries;
    ck_assert_uint_eq(document->count, 7);
    ck_assert(entry[0].value.kind == TOML_BOOL && entry[0].value.number == 1);
    ck_assert(entry[1].value.kind == TOML_BOOL && entry[1].value.number == 0);
    ck_assert(entry[2].value.kind == TOML_TEXTS && entry[2].value.texts[0] == NULL);
    ck_assert(entry[3].value.kind == TOML_TEXTS && entry[3].value.texts[2] == NULL);
    ck_assert_str_eq(entry[3].value.texts[0], "x");
    ck_assert_str_eq(entry[3].value.texts[1], "y");
    ck_assert(entry[4].value.number == INT64_MIN);
    ck_assert(entry[5].value.number == 1000);
    ck_assert(entry[6].value.number == 0);
    ck_assert_uint_eq(entry[6].line, 10);
    toml_document_free(document);
}
END_TEST

#define NO_VALUE "this value is not read here: it must be a \"text\", a whole number, true, false or an array of texts"

START_TEST(what_is_not_read_is_refused_with_its_line)
{
    static const char *const refused[][2] = {
        {"a", "f:1: a: a = should follow"},
        {"\n= 1", "f:2: a name of letters, digits, _ and - should be here"},
        {"\"a\" = 1", "f:1: a name of letters, digits, _ and - should be here"},
        {"a. = 1", "f:1: a name of letters, digits, _ and - should be here"},
        {"[a", "f:1: the table's name has no closing bracket"},
        {"[]", "f:1: a name of letters, digits, _ and - should be here"},
        {"[[a]]", "f:1: arrays of tables are not read here"},
        {"[a] b", "f:1: something follows where the line should end"},
        {"a = 1 b = 2", "f:1: something follows where the line should end"},
        {"a = 1\rb = 2", "f:1: something follows where the line should end"},
        {"a = ", "f:1: a: " NO_VALUE},
        {"a = 1.5", "f:1: a: " NO_VALUE},
        {"a = 0x10", "f:1: a: " NO_VALUE},
        {"a = 012", "f:1: a: " NO_VALUE},
        {"a = 1__0", "f:1: a: " NO_VALUE},
        {"a = _1", "f:1: a: " NO_VALUE},
        {"a = 9223372036854775808", "f:1: a: " NO_VALUE},
        {"a = 2026-01-01", "f:1: a: " NO_VALUE},
        {"a = { b = 1 }", "f:1: a: " NO_VALUE},
        {"a = True", "f:1: a: " NO_VALUE},
        {"a = \"x", "f:1: a: a text without its closing \" in the same line"},
        {"a = 'x\n'", "f:1: a: a text without its closing ' in the same line"},
        {"a = \"\\x41\"", "f:1: a: an unknown escape in a text (a backslash is written as \\\\\\\\)"},
        {"a = \"\\u12\"", "f:1: a: an escape \\\\u or \\\\U without its 4 hexadecimal digits"},
        {"a = \"\\u0000\"", "f:1: a: an escape for what is no character"},
        {"a = \"\\ud800\"", "f:1: a: an escape for what is no character"},
        {"a = \"\"\"x\"\"\"", "f:1: a: texts of several lines are not read here: write it in one line"},
        {"a = [ 1 ]", "f:1: a: a text must be in quotation marks"},
        {"a = [ 'x'\n 'y' ]",
         "f:2: a: an array without its comma or closing bracket (of arrays, only those of texts are read)"},
        {"a = [ 'x',", "f:1: a: a text must be in quotation marks"},
        {"# \x01", "f:1: a control character in a comment"},
        {"\n# \xff", "f:2: a byte that is not UTF-8 text"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        ck_toml_refused(refused[i][0], refused[i][1]);
    }
}
END_TEST

START_TEST(nothing_is_there_twice)
{
    static const char *const twice[][2] = {
        {"a = 1\na = 2", "f:2: a is there twice"},
        {"[a]\n[a]", "f:2: a is there twice"},
        {"a = 1\n[a]", "f:2: a is there twice"},
        {"a = 1\n[a.b]", "f:2: a.b is there twice"},
        {"a = 1\na.b = 1", "f:2: a.b is there twice"},
        {"a.b = 1\na = 1", "f:2: a is there twice"},
        {"[a.b]\n[c]\n[a]\nb = 1", "f:4: a.b is there twice"},
        {"[a.b.c]\n[a]\nb = 1", "f:3: a.b is there twice"},
    };
    for (size_t i = 0; i < sizeof twice / sizeof *twice; i++) {
        ck_toml_refused(twice[i][0], twice[i][1]);
    }
    toml_document_free(toml_parsed("[a]\nx=1\n[a.b]\nx=1\n[ab]\nx=1\n[c.d]\nx=1\n[c]\ny=1"));
}
END_TEST

START_TEST(limits)
{
    struct buffer text = {0};
    for (int i = 0; i < TOML_KEY_MAX; i++) {
        buffer_add_text(&text, "k");
    }
    buffer_add_text(&text, " = 1");
    ck_toml_refused(buffer_cstr(&text), "f:1: a key of more than 127 bytes");
    buffer_clear(&text);
    for (int i = 0; i <= TOML_KEYS_MAX; i++) {
        buffer_add_format(&text, "k%d = 1\n", i);
    }
    ck_toml_refused(buffer_cstr(&text), "f:1001: more than 1000 tables and keys");
    buffer_clear(&text);
    buffer_add_text(&text, "a = [");
    for (int i = 0; i <= TOML_TEXTS_MAX; i++) {
        buffer_add_text(&text, "'',");
    }
    ck_toml_refused(buffer_cstr(&text), "f:1: a: an array of more than 1000 texts");
    buffer_clear(&text);
    while (text.len <= TOML_TEXT_MAX) {
        buffer_add_text(&text, text.len == 0 ? "a = '" : "xxxxxxxxxxxxxxxx");
    }
    buffer_add_text(&text, "xxxxxxxx'");
    ck_toml_refused(buffer_cstr(&text), "f:1: a: a text of more than 65536 bytes");
    while (text.len <= TOML_FILE_MAX) {
        buffer_add_text(&text, "\n");
    }
    ck_toml_refused(buffer_cstr(&text), "f: larger than 262144 bytes");
    buffer_free(&text);
}
END_TEST

SUITE_MAIN("toml_document", keys_have_their_tables_and_lines, texts_mean_what_toml_says, other_values,
           what_is_not_read_is_refused_with_its_line, nothing_is_there_twice, limits)
