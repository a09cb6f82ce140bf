/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "relay/node_list.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/buffer.h"

#define NODE(host, server) "{\"hostname\": \"" host "\", \"policy-server\": \"" server "\"}"

static struct node_list test_node_list_parse(const char *json)
{
    struct node_list list;
    struct err err = {0};
    ck_assert_msg(node_list_parse(json, strlen(json), &list, &err), "%s: %s", json, err.text);
    return list;
}

static void node_list_refused(const char *json, const char *reason)
{
    struct node_list list;
    struct err err = {0};
    ck_assert_msg(!node_list_parse(json, strlen(json), &list, &err), "%s", json);
    ck_assert_msg(strstr(err.text, reason) != NULL, "%s: wanted '%s', got '%s'", json, reason, err.text);
    ck_assert_uint_eq(list.count, 0);
    node_list_free(&list);
}

START_TEST(nodes_are_read_and_sorted)
{
    struct node_list list = test_node_list_parse(" {\r\n \"root\" : " NODE("server.example", "root") ",\n"
                                  "\"b\":{\"policy-server\":\"root\",\"unknown\":[1,{\"x\":null}],\"hostname\":\"b\"},"
                                  "\"\\u0061\":" NODE("h\xc3\xb4te", "b") "}\n");
    ck_assert_uint_eq(list.count, 3);
    ck_assert_str_eq(list.entries[0].id, "a");
    ck_assert_str_eq(list.entries[0].hostname, "h\xc3\xb4te");
    ck_assert_str_eq(list.entries[0].policy_server, "b");
    ck_assert_ptr_null(list.entries[0].key_hash);
    ck_assert_str_eq(list.entries[1].id, "b");
    ck_assert_str_eq(list.entries[2].id, "root");
    ck_assert_str_eq(node_list_find(&list, "root")->hostname, "server.example");
    ck_assert_ptr_null(node_list_find(&list, "c"));
    node_list_free(&list);
    list = test_node_list_parse("{}");
    ck_assert_uint_eq(list.count, 0);
    ck_assert_ptr_null(node_list_find(&list, "c"));
    node_list_free(&list);
}
END_TEST

START_TEST(a_byte_order_mark_in_front_is_passed_over)
{
    struct node_list list = test_node_list_parse("\xef\xbb\xbf {\"a\":" NODE("a.example", "root") "}");
    ck_assert_uint_eq(list.count, 1);
    ck_assert_str_eq(list.entries[0].id, "a");
    node_list_free(&list);
    node_list_refused("\xef\xbb\xbf\xef\xbb\xbf{}", "line 1: not a node list");
    node_list_refused("\xef\xbb{}", "line 1: not a node list");
    node_list_refused("\xef\xbb\xbf", "line 1: not a node list");
    node_list_refused("{\xef\xbb\xbf}", "line 1: a text in quotes expected");
}
END_TEST

START_TEST(of_two_entries_the_later_counts)
{
    struct node_list list = test_node_list_parse(
        "{\"a\":" NODE("1", "x") ",\"b\":" NODE("2", "x") ",\"a\":" NODE("3", "x") ",\"a\":" NODE("4", "x") "}");
    ck_assert_uint_eq(list.count, 2);
    ck_assert_str_eq(list.entries[0].hostname, "4");
    node_list_free(&list);
}
END_TEST

static void hash_is(const char *json_value, const char *wanted)
{
    char json[512];
    snprintf(json, sizeof json, "{\"a\": {\"hostname\": \"h\", \"policy-server\": \"p\", \"key-hash\": %s}}",
             json_value);
    struct node_list list = test_node_list_parse(json);
    ck_assert_pstr_eq(list.entries[0].key_hash, wanted);
    node_list_free(&list);
}

#define HEX32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"

START_TEST(key_hashes_are_normalised)
{
    hash_is("\"sha256:" HEX32 "\"", "sha256:" HEX32);
    hash_is("\"sha256:000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1EFF\"", "sha256:" HEX32);
    hash_is("\"sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8=\"", "sha256:" HEX32);
    hash_is("\"sha512:" HEX32 HEX32 "\"", "sha512:" HEX32 HEX32);
}
END_TEST

START_TEST(a_malformed_hash_counts_as_absent)
{
    const char *const bad[] = {"\"sha256:\"", "\"\"", "\"sha256\"", "\"sha256//\"", "\"sha256/\"",
                               "\"sha256:" HEX32 "00\"", "\"sha512:" HEX32 "\"", "\"md5:" HEX32 "\"",
                               "\"sha256//AAEC\"", "\"" HEX32 "\"",
                               "\"sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8\"", "null", "1", "{}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hash_is(bad[i], NULL);
    }
}
END_TEST

START_TEST(an_id_that_is_none_costs_only_itself)
{
    struct node_list list = test_node_list_parse(
        "{\"../etc\":" NODE("1", "x") ",\"\":" NODE("2", "x") ",\"a_b\":1,\"a\":" NODE("3", "x") "}");
    ck_assert_uint_eq(list.count, 1);
    ck_assert_str_eq(list.entries[0].id, "a");
    node_list_free(&list);
}
END_TEST

START_TEST(malformed_lists_are_refused_with_the_place)
{
    node_list_refused("", "line 1: not a node list");
    node_list_refused("\n[]", "line 2: not a node list");
    node_list_refused("{", "line 1: a text in quotes");
    node_list_refused("{1:2}", "line 1: a text in quotes");
    node_list_refused("{\"a\"}", "':'");
    node_list_refused("{\"a\":\n\n}", "line 3");
    node_list_refused("{\n\"a\": {\"hostname\": \"h\",\n\"policy-server\": }}", "line 3");
    node_list_refused("{\"a\":" NODE("h", "p") "\n", "line 2: ',' or '}'");
    node_list_refused("{\"a\":" NODE("h", "p") ",}", "a text in quotes");
    node_list_refused("{\"a\":" NODE("h", "p") "}x", "behind the node list");
    node_list_refused("{\"a\":[]}", "node a: its value is no object");
    node_list_refused("{\"a\":\"text\"}", "node a: its value is no object");
    node_list_refused("{\"a\":{\"hostname\": \"h\"}}", "node a: \"policy-server\" is missing");
    node_list_refused("{\"a\":{\"hostname\": \"h\", \"policy-server\": 1}}", "node a: \"policy-server\" is no text");
    node_list_refused("{\"b\":" NODE("h", "p") ",\n\"a\":{\"policy-server\": \"h\"}}",
                      "line 2: node a: \"hostname\" is missing");
    node_list_refused("{\"a\":" NODE("\xff", "p") "}", "line 1");
    node_list_refused("{\"a\":" NODE("x\\u0000", "p") "}", "line 1: node a: \"hostname\" is no text");
    node_list_refused("{\"a\":" NODE("x", "\\udc00") "}", "line 1: node a: \"policy-server\" is no text");
}
END_TEST

/* What no program needs may be anything that RFC 8259 allows: also what C, or a parser that makes a tree, cannot hold.
 */
static const char *const strange_values[] = {
    "18446744073709551616",
    "-1e999",
    "1E+999999999",
    "0.000000000000000000000000000000000000001e-400",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "{\"\\u0000\":{\"\\ud800\":[]},\"\":\"\",\"\":1}",
    "[[],{},[{}],null,true,false]",
    "\"\xf4\x8f\xbf\xbf\x7f\"",
};

static void check_strange_value(const char *value)
{
    char json[512];
    snprintf(json, sizeof json,
             "{\"no id\":%s,\"\\u0000\":1,\"\\ud800\":{},"
             "\"b\":{\"x\":%s,\"hostname\":\"h\",\"\\u0000\" :[%s ,\n%s],\"policy-server\":\"p\"}}",
             value, value, value, value);
    struct node_list list = test_node_list_parse(json);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_str_eq(list.entries[0].policy_server, "p");
    node_list_free(&list);
}

START_TEST(unknown_keys_may_hold_any_json)
{
    for (size_t i = 0; i < sizeof strange_values / sizeof *strange_values; i++) {
        check_strange_value(strange_values[i]);
        hash_is(strange_values[i], NULL);
    }
}
END_TEST

START_TEST(wrong_json_is_an_error_in_unknown_keys_too)
{
    const char *const wrong[] = {"01",        "1.",     ".5",    "+1",    "1e",     "-",     "nul",       "True",
                                 "'x'",       "\"",     "[1,]",  "[1 2]", "{1:2}",  "[}",    "{\"a\":1]", "NaN",
                                 "\"\\x\"",   "\"\t\"", "{\"a\"}", "",    "\"\xff\"", "\"\\u12g4\"",
                                 "\"\xed\xa0\x80\"", "{\"a\":1,}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char json[256];
        snprintf(json, sizeof json, "{\"a\":{\"hostname\":\"h\",\n\"policy-server\":\"p\",\n\"x\":[1,%s]}}", wrong[i]);
        node_list_refused(json, "line 3: ");
    }
}
END_TEST

START_TEST(of_a_key_that_is_there_twice_the_later_counts)
{
    struct node_list list = test_node_list_parse("{\"a\":{\"hostname\":1,\"policy-server\":\"p\",\"hostname\":\"h\"}}");
    ck_assert_str_eq(list.entries[0].hostname, "h");
    node_list_free(&list);
    node_list_refused("{\"a\":{\"hostname\":\"h\",\"policy-server\":\"p\",\"hostname\":1}}", "\"hostname\" is no text");
}
END_TEST

START_TEST(any_depth_is_passed_over)
{
    enum { DEPTH = 1000000 };
    struct buffer json = {0};
    buffer_add_text(&json, "{\"a\":{\"hostname\":\"h\",\"x\":");
    for (int i = 0; i < DEPTH; i++) {
        buffer_add_text(&json, i % 3 == 0 ? "{\"\":" : "[");
    }
    node_list_refused(buffer_cstr(&json), "line 1: a value expected");
    buffer_add_text(&json, "1");
    for (int i = DEPTH; i-- > 0;) {
        buffer_add_text(&json, i % 3 == 0 ? "}" : "]");
    }
    buffer_add_text(&json, ",\"policy-server\":\"p\"}}");
    struct node_list list = test_node_list_parse(buffer_cstr(&json));
    ck_assert_uint_eq(list.count, 1);
    node_list_free(&list);
    buffer_free(&json);
}
END_TEST

START_TEST(a_missing_file_is_an_empty_list_and_a_broken_one_an_error)
{
    struct tmpdir directory = tmpdir_make();
    struct node_list list;
    struct err err = {0};
    char path[100];
    snprintf(path, sizeof path, "%s/list.json", directory.path);
    ck_assert(node_list_read(path, &list, &err));
    ck_assert_uint_eq(list.count, 0);
    node_list_free(&list);

    tmpdir_write(directory.fd, "real.json", "{\"a\":" NODE("h", "p") "}");
    ck_assert_int_eq(symlinkat("real.json", directory.fd, "list.json"), 0);
    ck_assert_msg(node_list_read(path, &list, &err), "%s", err.text);
    ck_assert_uint_eq(list.count, 1);
    node_list_free(&list);

    tmpdir_write(directory.fd, "real.json", "{\"a\":");
    ck_assert(!node_list_read(path, &list, &err));
    ck_assert_msg(strncmp(err.text, path, strlen(path)) == 0, "%s", err.text);
    ck_assert(!node_list_read(directory.path, &list, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "not a regular file"));
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("node_list", nodes_are_read_and_sorted, a_byte_order_mark_in_front_is_passed_over,
           of_two_entries_the_later_counts, key_hashes_are_normalised, a_malformed_hash_counts_as_absent,
           an_id_that_is_none_costs_only_itself,
           malformed_lists_are_refused_with_the_place, unknown_keys_may_hold_any_json,
           wrong_json_is_an_error_in_unknown_keys_too, of_a_key_that_is_there_twice_the_later_counts,
           any_depth_is_passed_over,
           a_missing_file_is_an_empty_list_and_a_broken_one_an_error)
