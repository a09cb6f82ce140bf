/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/gate.h"
#include "forwarder/upstream_answer.h"
#include "support/suite.h"

static const struct backoff steps = {.first_ms = 100, .ceiling_ms = 400};

static enum upstream_meaning meaning(enum http_outcome outcome, int status)
{
    struct upstream_answer answer;
    const struct http_result result = {.outcome = outcome, .status = status, .reason = "because"};
    upstream_answer_read(&answer, &result);
    ck_assert(answer.reason.text[0] != '\0');
    return answer.meaning;
}

START_TEST(each_status_means_one_thing)
{
    for (int status = 200; status <= 999; status++) {
        enum upstream_meaning wanted = status <= 299 ? UPSTREAM_TAKEN : UPSTREAM_LATER;
        if (status == 400 || status == 403 || status == 413 || status == 415 || status == 422) {
            wanted = UPSTREAM_REFUSED;
        } else if (status == 401 || status == 407) {
            wanted = UPSTREAM_LOCKED;
        } else if (status == 429 || status == 503 || status == 507) {
            wanted = UPSTREAM_BUSY;
        }
        ck_assert_msg(meaning(HTTP_ANSWERED, status) == wanted, "%d", status);
    }
    ck_assert_int_eq(meaning(HTTP_BROKEN, 201), UPSTREAM_BROKEN_OFF); /* the rest of the answer is missing */
    ck_assert_int_eq(meaning(HTTP_UNREACHABLE, 0), UPSTREAM_UNREACHABLE);
    ck_assert_int_eq(meaning(HTTP_UNTRUSTED, 0), UPSTREAM_UNREACHABLE);
    ck_assert_int_eq(meaning(HTTP_ABANDONED, 0), UPSTREAM_UNREAD);
}
END_TEST

START_TEST(a_wait_is_honoured_within_reason)
{
    struct upstream_answer answer;
    struct http_result result = {.outcome = HTTP_ANSWERED, .status = 503, .retry_after_s = 7, .reason = ""};
    upstream_answer_read(&answer, &result);
    ck_assert_int_eq(answer.wait_ms, 7000);
    result.retry_after_s = INT64_MAX;
    upstream_answer_read(&answer, &result);
    ck_assert_int_eq(answer.wait_ms, 300000);
}
END_TEST

START_TEST(a_sure_failure_closes_at_once_and_one_probe_a_step_goes)
{
    struct gate gate = {.backoff = &steps};
    ck_assert(!gate_pass(&gate) && !gate_pass(&gate));
    ck_assert_int_eq(gate_failure(&gate, false, true, 0, UINT32_MAX, 1000), GATE_CLOSED);
    ck_assert_int_eq(gate_opens_ms(&gate), 1100);
    ck_assert_int_eq(gate_failure(&gate, false, true, 0, UINT32_MAX, 1050), GATE_AS_BEFORE); /* was under way */
    ck_assert_int_eq(gate_opens_ms(&gate), 1100);
    ck_assert(gate_pass(&gate));
    ck_assert_int_eq(gate_opens_ms(&gate), INT64_MAX); /* one at a time */
    ck_assert_int_eq(gate_failure(&gate, true, true, 0, UINT32_MAX, 1200), GATE_AS_BEFORE);
    ck_assert_int_eq(gate_opens_ms(&gate), 1400);
    ck_assert(gate_pass(&gate));
    gate_nothing_learnt(&gate, true);
    ck_assert_int_eq(gate_opens_ms(&gate), 1400);
    ck_assert(gate_pass(&gate));
    ck_assert_int_eq(gate_failure(&gate, true, true, 5000, UINT32_MAX, 1400), GATE_AS_BEFORE);
    ck_assert_int_eq(gate_opens_ms(&gate), 6400); /* as it was asked for */
    ck_assert(gate_pass(&gate));
    ck_assert_int_eq(gate_success(&gate), GATE_OPENED);
    ck_assert_int_eq(gate_success(&gate), GATE_AS_BEFORE);
    ck_assert_int_eq(gate_opens_ms(&gate), INT64_MIN);
}
END_TEST

START_TEST(a_reload_does_not_wait_for_the_step)
{
    struct gate gate = {.backoff = &steps};
    gate_failure(&gate, false, true, 300000, UINT32_MAX, 1000);
    gate_try_now(&gate);
    ck_assert_int_le(gate_opens_ms(&gate), 1000);
    ck_assert(gate_pass(&gate));
    gate_try_now(&gate);
    ck_assert_int_eq(gate_opens_ms(&gate), INT64_MAX); /* one at a time all the same */
    gate_failure(&gate, true, true, 0, UINT32_MAX, 1000);
    ck_assert_int_eq(gate_opens_ms(&gate), 1200);
    gate_try_now(&gate);
    gate_pass(&gate);
    gate_success(&gate);
    gate_try_now(&gate);
    ck_assert_int_eq(gate_opens_ms(&gate), INT64_MIN);
}
END_TEST

START_TEST(a_doubtful_failure_closes_only_with_a_second_one)
{
    struct gate gate = {.backoff = &steps};
    for (int i = 0; i < 3; i++) { /* one bad file among good ones */
        ck_assert_int_eq(gate_failure(&gate, false, false, 0, 0, 0), GATE_AS_BEFORE);
        ck_assert_int_eq(gate_success(&gate), GATE_AS_BEFORE);
    }
    ck_assert_int_eq(gate_failure(&gate, false, false, 0, 0, 0), GATE_AS_BEFORE);
    ck_assert_int_eq(gate_failure(&gate, false, false, 0, 0, 0), GATE_CLOSED);
}
END_TEST

SUITE_MAIN("upstream", each_status_means_one_thing, a_wait_is_honoured_within_reason,
           a_sure_failure_closes_at_once_and_one_probe_a_step_goes, a_reload_does_not_wait_for_the_step,
           a_doubtful_failure_closes_only_with_a_second_one)
