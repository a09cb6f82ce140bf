/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/findings.h"
#include "support/suite.h"

START_TEST(the_first_that_stops_is_found_behind_others)
{
    struct findings findings = {0};
    ck_assert_str_eq(findings_first_stop(&findings), "");
    findings_add(&findings, false, "a look at %s", "this");
    ck_assert_str_eq(findings_first_stop(&findings), "");
    findings_add(&findings, true, "first %d", 1);
    findings_add(&findings, true, "second");
    ck_assert_str_eq(findings_first_stop(&findings), "first 1");
    ck_assert_str_eq(findings.at[0].text.text, "a look at this");
    ck_assert_uint_eq(findings.count, 3);
}
END_TEST

START_TEST(what_does_not_fit_in_is_left_out)
{
    struct findings findings = {0};
    for (int i = 0; i < FINDINGS_MAX + 5; i++) {
        findings_add(&findings, false, "%d", i);
    }
    ck_assert_uint_eq(findings.count, FINDINGS_MAX);
    ck_assert_str_eq(findings.at[FINDINGS_MAX - 1].text.text, "31");
}
END_TEST

SUITE_MAIN("findings", the_first_that_stops_is_found_behind_others, what_does_not_fit_in_is_left_out)
