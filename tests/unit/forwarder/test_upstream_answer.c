/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/upstream_answer.h"

#include <string.h>

#include "support/suite.h"

static enum upstream_disposition disposition(enum http_outcome outcome, int status)
{
    struct upstream_answer answer;
    const struct http_result result = {.outcome = outcome, .status = status, .header = "", .reason = "because"};
    upstream_answer_read(&answer, &result, true);
    ck_assert(answer.reason.text[0] != '\0');
    return answer.disposition;
}

START_TEST(each_status_means_one_thing)
{
    for (int status = 200; status <= 999; status++) {
        enum upstream_disposition wanted = status == 201 || status == 204 ? UPSTREAM_ACCEPTED : UPSTREAM_LATER;
        if (status == 400 || status == 403 || status == 413 || status == 415 || status == 422) {
            wanted = UPSTREAM_REFUSED;
        } else if (status == 401 || status == 407) {
            wanted = UPSTREAM_UNAUTHORIZED;
        } else if (status == 429 || status == 503 || status == 507) {
            wanted = UPSTREAM_BUSY;
        }
        ck_assert_msg(disposition(HTTP_ANSWERED, status) == wanted, "%d", status);
    }
    ck_assert_int_eq(disposition(HTTP_BROKEN, 201), UPSTREAM_CONN_LOST); /* the rest of the answer is missing */
    ck_assert_int_eq(disposition(HTTP_UNREACHABLE, 0), UPSTREAM_UNREACHABLE);
    ck_assert_int_eq(disposition(HTTP_UNTRUSTED, 0), UPSTREAM_UNREACHABLE);
    ck_assert_int_eq(disposition(HTTP_ABANDONED, 0), UPSTREAM_LOCAL_ERROR);
}
END_TEST

START_TEST(a_wait_is_honoured_within_reason)
{
    struct upstream_answer answer;
    struct http_result result = {
        .outcome = HTTP_ANSWERED, .status = 503, .retry_after_s = 7, .header = "", .reason = ""};
    upstream_answer_read(&answer, &result, true);
    ck_assert_int_eq(answer.wait_ms, 7000);
    result.retry_after_s = INT64_MAX;
    upstream_answer_read(&answer, &result, true);
    ck_assert_int_eq(answer.wait_ms, 300000);
}
END_TEST

START_TEST(a_refusal_may_be_about_one_node)
{
    for (int status = 200; status <= 999; status++) {
        struct upstream_answer answer, plain;
        struct http_result result = {.outcome = HTTP_ANSWERED, .status = status, .header = "", .reason = ""};
        upstream_answer_read(&plain, &result, true);
        result.header = "node";
        upstream_answer_read(&answer, &result, true);
        bool busy = plain.disposition == UPSTREAM_BUSY;
        ck_assert_int_eq(answer.disposition, busy ? UPSTREAM_NODE_BUSY : plain.disposition);
        ck_assert(!busy || strstr(answer.reason.text, "of this node") != NULL);
        result.header = "server";
        upstream_answer_read(&answer, &result, true);
        ck_assert_int_eq(answer.disposition, plain.disposition);
    }
}
END_TEST

static const char *reason_told(int status, struct slice body, bool login)
{
    static struct upstream_answer answer;
    const struct http_result result = {
        .outcome = HTTP_ANSWERED, .status = status, .skipped = body, .header = "", .reason = ""};
    upstream_answer_read(&answer, &result, login);
    return answer.reason.text;
}

START_TEST(what_it_says_is_part_of_the_reason)
{
    char long_line[HTTP_SKIPPED_MAX];
    memset(long_line, '\\', sizeof long_line);
    long_line[0] = 'x';
    ck_assert_str_eq(reason_told(400, slice_from_str("the file is empty\n"), true),
                     "the upstream answered 400; it says: the file is empty");
    ck_assert_str_eq(reason_told(413, slice_from_str("\r\n more than 5 MiB\r\nand more\r\n"), true),
                     "the upstream answered 413: too large for it; it says: more than 5 MiB");
    ck_assert_str_eq(reason_told(500, slice_from_str("a\033[31m\a"), true),
                     "the upstream answered 500; it says: a\\x1B[31m\\x07");
    ck_assert_str_eq(reason_told(400, slice_from_str("<html>no</html>"), true), "the upstream answered 400");
    ck_assert_str_eq(reason_told(400, slice_from_str("BAD REQUEST\n"), true), "the upstream answered 400");
    ck_assert_str_eq(reason_told(400, (struct slice){"", 0}, true), "the upstream answered 400");
    ck_assert_str_eq(reason_told(200, slice_from_str("welcome"), true),
                     "the upstream answered 200: who keeps a file says 201 or 204");
    ck_assert_uint_lt(strlen(reason_told(400, (struct slice){long_line, sizeof long_line}, true)), ERR_TEXT_SIZE);
}
END_TEST

START_TEST(who_shows_a_certificate_is_not_told_of_a_password)
{
    const struct slice nothing = {"", 0};
    ck_assert_ptr_nonnull(strstr(reason_told(401, nothing, true), "does not take our user name and password"));
    ck_assert_ptr_null(strstr(reason_told(401, nothing, false), "does not take our user name and password"));
    ck_assert_ptr_nonnull(strstr(reason_told(401, nothing, false), "does not know the certificate that we show"));
}
END_TEST

SUITE_MAIN("upstream_answer", each_status_means_one_thing, a_refusal_may_be_about_one_node,
           a_wait_is_honoured_within_reason, what_it_says_is_part_of_the_reason,
           who_shows_a_certificate_is_not_told_of_a_password)
