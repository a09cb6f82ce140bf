/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/upstream_answer.h"

#include <string.h>

#include "support/suite.h"

static enum upstream_disposition disposition(enum http_outcome outcome, int status)
{
    struct upstream_answer answer;
    const struct http_result result = {.outcome = outcome, .status = status, .header = "", .reason = "because"};
    upstream_answer_read(&answer, &result);
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
    upstream_answer_read(&answer, &result);
    ck_assert_int_eq(answer.wait_ms, 7000);
    result.retry_after_s = INT64_MAX;
    upstream_answer_read(&answer, &result);
    ck_assert_int_eq(answer.wait_ms, 300000);
}
END_TEST

START_TEST(a_refusal_may_be_about_one_node)
{
    for (int status = 200; status <= 999; status++) {
        struct upstream_answer answer, plain;
        struct http_result result = {.outcome = HTTP_ANSWERED, .status = status, .header = "", .reason = ""};
        upstream_answer_read(&plain, &result);
        result.header = "node";
        upstream_answer_read(&answer, &result);
        bool busy = plain.disposition == UPSTREAM_BUSY;
        ck_assert_int_eq(answer.disposition, busy ? UPSTREAM_NODE_BUSY : plain.disposition);
        ck_assert(!busy || strstr(answer.reason.text, "of this node") != NULL);
        result.header = "server";
        upstream_answer_read(&answer, &result);
        ck_assert_int_eq(answer.disposition, plain.disposition);
    }
}
END_TEST

SUITE_MAIN("upstream_answer", each_status_means_one_thing, a_refusal_may_be_about_one_node,
           a_wait_is_honoured_within_reason)
