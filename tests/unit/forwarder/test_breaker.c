/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/breaker.h"
#include "support/suite.h"

static const struct backoff steps = {.first_ms = 100, .ceiling_ms = 400};

START_TEST(a_certain_failure_opens_at_once_and_one_probe_a_step_goes)
{
    struct breaker breaker = {.backoff = &steps};
    ck_assert(!breaker_acquire(&breaker) && !breaker_acquire(&breaker));
    ck_assert_int_eq(breaker_failure(&breaker, false, true, 0, UINT32_MAX, 1000), BREAKER_OPENED);
    ck_assert_int_eq(breaker_next_ms(&breaker), 1100);
    ck_assert_int_eq(breaker_failure(&breaker, false, true, 0, UINT32_MAX, 1050),
                     BREAKER_UNCHANGED); /* was under way */
    ck_assert_int_eq(breaker_next_ms(&breaker), 1100);
    ck_assert(breaker_acquire(&breaker));
    ck_assert_int_eq(breaker_next_ms(&breaker), INT64_MAX);      /* one at a time */
    breaker_failure(&breaker, false, true, 0, UINT32_MAX, 1150); /* of a call from before: the probe goes on */
    ck_assert_int_eq(breaker_next_ms(&breaker), INT64_MAX);
    ck_assert_int_eq(breaker_failure(&breaker, true, true, 0, UINT32_MAX, 1200), BREAKER_UNCHANGED);
    ck_assert_int_eq(breaker_next_ms(&breaker), 1400);
    ck_assert(breaker_acquire(&breaker));
    breaker_inconclusive(&breaker, true);
    ck_assert_int_eq(breaker_next_ms(&breaker), 1400);
    ck_assert(breaker_acquire(&breaker));
    ck_assert_int_eq(breaker_failure(&breaker, true, true, 5000, UINT32_MAX, 1400), BREAKER_UNCHANGED);
    ck_assert_int_eq(breaker_next_ms(&breaker), 6400); /* as it was asked for */
    ck_assert(breaker_acquire(&breaker));
    ck_assert_int_eq(breaker_success(&breaker), BREAKER_CLOSED);
    ck_assert_int_eq(breaker_success(&breaker), BREAKER_UNCHANGED);
    ck_assert_int_eq(breaker_next_ms(&breaker), INT64_MIN);
}
END_TEST

START_TEST(a_reload_does_not_wait_for_the_step)
{
    struct breaker breaker = {.backoff = &steps};
    breaker_failure(&breaker, false, true, 300000, UINT32_MAX, 1000);
    breaker_probe_now(&breaker);
    ck_assert_int_le(breaker_next_ms(&breaker), 1000);
    ck_assert(breaker_acquire(&breaker));
    breaker_probe_now(&breaker);
    ck_assert_int_eq(breaker_next_ms(&breaker), INT64_MAX); /* one at a time all the same */
    breaker_failure(&breaker, true, true, 0, UINT32_MAX, 1000);
    ck_assert_int_eq(breaker_next_ms(&breaker), 1200);
    breaker_probe_now(&breaker);
    breaker_acquire(&breaker);
    breaker_success(&breaker);
    breaker_probe_now(&breaker);
    ck_assert_int_eq(breaker_next_ms(&breaker), INT64_MIN);
}
END_TEST

START_TEST(a_doubtful_failure_opens_only_with_a_second_one)
{
    struct breaker breaker = {.backoff = &steps};
    for (int i = 0; i < 3; i++) { /* one bad file among good ones */
        ck_assert_int_eq(breaker_failure(&breaker, false, false, 0, 0, 0), BREAKER_UNCHANGED);
        ck_assert_int_eq(breaker_success(&breaker), BREAKER_UNCHANGED);
    }
    ck_assert_int_eq(breaker_failure(&breaker, false, false, 0, 0, 0), BREAKER_UNCHANGED);
    ck_assert_int_eq(breaker_failure(&breaker, false, false, 0, 0, 0), BREAKER_OPENED);
}
END_TEST

SUITE_MAIN("breaker", a_certain_failure_opens_at_once_and_one_probe_a_step_goes, a_reload_does_not_wait_for_the_step,
           a_doubtful_failure_opens_only_with_a_second_one)
