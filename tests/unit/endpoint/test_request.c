/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/made_request.h"
#include "support/suite.h"

static int64_t length_of(const char *text)
{
    struct made_request made;
    made_request_new(&made, "PUT", "/a", text, "", 0);
    made_request_begin(&made);
    int64_t length = made.request.length;
    made_request_free(&made);
    return length;
}

START_TEST(a_length_is_digits_or_nothing)
{
    ck_assert_int_eq(length_of("0"), 0);
    ck_assert_int_eq(length_of("52428800"), 52428800);
    ck_assert_int_eq(length_of("9223372036854775807"), INT64_MAX);
    ck_assert_int_eq(length_of(NULL), REQUEST_LENGTH_ABSENT);
    ck_assert_int_eq(length_of(""), REQUEST_LENGTH_ABSENT);
    static const char *const bad[] = {"-1", "+1", " 1", "1 ", "0x10", "1e3", "9223372036854775808",
                                      "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(length_of(bad[i]) == REQUEST_LENGTH_BAD, "'%s'", bad[i]);
    }
}
END_TEST

START_TEST(the_path_is_script_name_and_path_info)
{
    struct made_request made;
    made_request_new(&made, "PUT", "/reports", NULL, "", 0);
    made_request_env(&made, "REQUEST_URI=/reports/../%2e%2e/raw");
    made_request_env(&made, "PATH_INFO=/a b");
    made_request_begin(&made);
    ck_assert_str_eq(buffer_cstr(&made.request.path), "/reports/a b");
    ck_assert_str_eq(made.request.method, "PUT");
    made_request_begin(&made);
    ck_assert_str_eq(buffer_cstr(&made.request.path), "/reports/a b");
    made_request_free(&made);
}
END_TEST

START_TEST(without_variables_all_is_empty)
{
    struct request request = {0};
    request_begin(&request, NULL, NULL, NULL);
    ck_assert_str_eq(request.method, "");
    ck_assert_str_eq(buffer_cstr(&request.path), "");
    ck_assert_int_eq(request.length, REQUEST_LENGTH_ABSENT);
    ck_assert_ptr_null(request_env(&request, "HOME"));
    ck_assert_str_eq(request_client(&request), "unknown");
    request_free(&request);
}
END_TEST

START_TEST(a_variable_is_found_by_its_whole_name)
{
    struct made_request made;
    made_request_new(&made, "PUT", "/a", NULL, "", 0);
    made_request_env(&made, "REMOTE_USERS=wrong");
    made_request_env(&made, "REMOTE_USER=a=b");
    made_request_env(&made, "EMPTY=");
    made_request_env(&made, "REMOTE_ADDR=192.0.2.7");
    made_request_begin(&made);
    ck_assert_str_eq(request_env(&made.request, "REMOTE_USER"), "a=b");
    ck_assert_str_eq(request_env(&made.request, "EMPTY"), "");
    ck_assert_ptr_null(request_env(&made.request, "REMOTE"));
    ck_assert_str_eq(request_client(&made.request), "192.0.2.7");
    made_request_free(&made);
}
END_TEST

static bool request_knows(const char *variable)
{
    struct made_request made;
    made_request_new(&made, "GET", "/a", NULL, "", 0);
    made_request_env(&made, variable);
    made_request_begin(&made);
    bool known = request_knows_tag(&made.request, "\"abc\"");
    made_request_free(&made);
    return known;
}

START_TEST(a_tag_is_known_when_it_is_listed)
{
    ck_assert(request_knows("HTTP_IF_NONE_MATCH=\"x\", \"abc\""));
    ck_assert(!request_knows("HTTP_IF_NONE_MATCH=\"x\""));
    ck_assert(!request_knows("HTTP_IF_MATCH=\"abc\""));
}
END_TEST

SUITE_MAIN("request", a_length_is_digits_or_nothing, the_path_is_script_name_and_path_info,
           without_variables_all_is_empty, a_variable_is_found_by_its_whole_name,
           a_tag_is_known_when_it_is_listed)
