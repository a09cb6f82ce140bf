/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "support/suite.h"
#include "util/json_reader.h"

static void check_string(const char *json, const char *wanted, size_t len, bool exactly)
{
    struct json_reader reader;
    struct buffer text = {0};
    struct err err = {""};
    bool exact;
    json_reader_open(&reader, slice_from_str(json));
    ck_assert_msg(json_reader_string(&reader, &text, &exact, &err), "%s: %s", json, err.text);
    ck_assert_ptr_eq(reader.at, reader.end);
    ck_assert_uint_eq(text.len, len);
    ck_assert_mem_eq(buffer_cstr(&text), wanted, len);
    ck_assert_int_eq(exact, exactly);
    buffer_free(&text);
    json_reader_close(&reader);
}

START_TEST(strings_say_what_they_say)
{
    check_string(" \"\"", "", 0, true);
    check_string("\"a\xc3\xa9\xf0\x9f\x98\x80\"", "a\xc3\xa9\xf0\x9f\x98\x80", 7, true);
    check_string("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8, true);
    check_string("\"\\u0041\\u00e9\\u20AC\\uffff\"", "A\xc3\xa9\xe2\x82\xac\xef\xbf\xbf", 9, true);
    check_string("\"\\ud83d\\ude00\\uDBFF\\uDFFF\"", "\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf", 8, true);
    check_string("\"a\\u0000b\"", "a\0b", 3, false);
    check_string("\"\\ud83d\"", "\xef\xbf\xbd", 3, false);
    check_string("\"\\ude00x\"", "\xef\xbf\xbdx", 4, false);
    check_string("\"\\ud83d\\u0041\"", "\xef\xbf\xbd" "A", 4, false);
    check_string("\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80", 7, false);
    check_string("\"\\ud83d\\n\"", "\xef\xbf\xbd\n", 4, false);
}
END_TEST

START_TEST(members_come_one_after_the_other)
{
    struct json_reader reader;
    struct buffer key = {0};
    bool first = true;
    json_reader_open(&reader, slice_from_str("{ \"a\" : [1, {}] ,\n\"\" :\"x\" }\n"));
    ck_assert(json_reader_take(&reader, '{'));
    ck_assert_int_eq(json_reader_member(&reader, &first, &key, NULL), JSON_READER_MEMBER);
    ck_assert_str_eq(buffer_cstr(&key), "a");
    ck_assert(json_reader_skip(&reader, NULL));
    ck_assert_int_eq(json_reader_member(&reader, &first, &key, NULL), JSON_READER_MEMBER);
    ck_assert_str_eq(buffer_cstr(&key), "");
    ck_assert_uint_eq(json_reader_line(&reader), 2);
    ck_assert(json_reader_skip(&reader, NULL));
    ck_assert_int_eq(json_reader_member(&reader, &first, &key, NULL), JSON_READER_END);
    ck_assert_int_eq(json_reader_peek(&reader), '\0');
    ck_assert(!json_reader_take(&reader, '\0'));
    buffer_free(&key);
    json_reader_close(&reader);
}
END_TEST

/* Cut anywhere, a text is refused and nothing behind its end is read; the sanitizers watch. */
START_TEST(what_is_cut_is_refused)
{
    const char json[] = "{\"a\\u00e9\\\\\":[true,false,null,-1.5e+10,\"\\ud83d\\ude00\"],\"b\":{\"c\":0}}";
    for (size_t len = 0; len < sizeof json; len++) {
        char *cut = malloc(len > 0 ? len : 1);
        memcpy(cut, json, len);
        struct json_reader reader;
        json_reader_open(&reader, (struct slice){cut, len});
        ck_assert_int_eq(json_reader_skip(&reader, NULL), len >= sizeof json - 1);
        json_reader_close(&reader);
        free(cut);
    }
}
END_TEST

SUITE_MAIN("json_reader", strings_say_what_they_say, members_come_one_after_the_other, what_is_cut_is_refused)
