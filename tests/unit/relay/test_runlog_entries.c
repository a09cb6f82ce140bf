/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Log entries among the reports, and noise.
 */
#include <stdio.h>

#include "runlog_told.h"

START_TEST(levels_decide_the_event_type)
{
    const struct {
        const char *start;
        const char *event_type;
    } levels[] = {
        {"CRITICAL", "log_warn"},
        {"   error", "log_warn"},
        {" warning", "log_warn"},
        {"  notice", "log_info"},
        {"    info", "log_info"},
        {" verbose", "log_debug"},
        {"   debug", "log_debug"},
        {"rudder CRITICAL", "log_warn"},
        {"rudder    error", "log_warn"},
        {"rudder  warning", "log_warn"},
        {"rudder   notice", "log_info"},
        {"rudder     info", "log_info"},
        {"R: [FATAL]", "log_warn"},
        {"R: [ERROR]", "log_warn"},
        {"R: WARNING", "log_warn"},
        {"R: [INFO]", "log_info"},
        {"R: [DEBUG]", "log_debug"},
        {"R: DEBUG", "log_debug"},
        {"R:", "log_info"},
    };
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const char *const separators[] = {": ", " ", ":", "", ":   "};
        for (size_t j = 0; j < sizeof separators / sizeof *separators; j++) {
            char content[512];
            char expected[256];
            snprintf(content, sizeof content, REPORT("a", "1", "m") TS "%s%stext\n" REPORT("b", "2", "n"),
                     levels[i].start, separators[j]);
            snprintf(expected, sizeof expected, "result_success|a|1|m\n%s|b|2|text\nresult_success|b|2|n\n",
                     levels[i].event_type);
            told_check(content, strlen(content), expected, 0, (int)(100 * i + j));
        }
    }
}
END_TEST

START_TEST(what_only_resembles_a_level_goes_on_with_the_message)
{
    TOLD(REPORT("a", "k", "m") TS "error: x\n" TS "  warning: x\n" TS "rudder: x\n" TS "critical\n" TS " R: x\n" TS
                                  "rudder error\n",
         "result_success|a|k|m~error: x~  warning: x~rudder: x~critical~ R: x~rudder error\n", 0);
}
END_TEST

START_TEST(level_texts)
{
    const char expected[] = "log_info|a|k|text\nresult_success|a|k|m\n";
    TOLD(TS "R: [INFO]: text\n" REPORT("a", "k", "m"), expected, 0);
    TOLD(TS "R: text\n" REPORT("a", "k", "m"), expected, 0);
    TOLD(TS "R:text\n" REPORT("a", "k", "m"), expected, 0);
    TOLD(TS "R:: text\n" REPORT("a", "k", "m"), expected, 0);
    TOLD(TS "R: [INFO]:: text\n" REPORT("a", "k", "m"), "log_info|a|k|: text\nresult_success|a|k|m\n", 0);
    TOLD(TS "R: [INFO]\n" REPORT("a", "k", "m"), "log_info|a|k|\nresult_success|a|k|m\n", 0);
    TOLD(TS "R: [INFO]\n" TS "  second\n" REPORT("a", "k", "m"), "log_info|a|k|~  second\nresult_success|a|k|m\n", 0);
    TOLD(TS "R:  @@x\n" REPORT("a", "k", "m"), "log_info|a|k|@@x\nresult_success|a|k|m\n", 0);
    TOLD(TS "R:@@x\n" REPORT("a", "k", "m"), "log_info|a|k|@@x\nresult_success|a|k|m\n", 0);
    TOLD(TS "R: @x\n" REPORT("a", "k", "m"), "log_info|a|k|@x\nresult_success|a|k|m\n", 0);
    TOLD(TS "R: DEBUGGING\n" REPORT("a", "k", "m"), "log_debug|a|k|GING\nresult_success|a|k|m\n", 0);
}
END_TEST

START_TEST(entries_span_lines)
{
    TOLD(TS "   error: 1\n" TS "2\n\n3\r\n" TS "    info: 4\n5\n" REPORT("a", "k", "m"),
         "log_warn|a|k|1~2~~3\nlog_info|a|k|4~5\nresult_success|a|k|m\n", 0);
    TOLD(TS "   error: \xff\n" TS "\xff\n" REPORT("a", "k", "m"),
         "log_warn|a|k|\xef\xbf\xbd~\xef\xbf\xbd\nresult_success|a|k|m\n", 0);
}
END_TEST

START_TEST(entries_keep_their_own_moment)
{
    const char content[] = "2018-08-24T15:55:09+02:00    error: x\n" REPORT("a", "k", "m");
    struct runlog runlog = {.report_count = 0};
    char *copy;
    ck_assert(told_parse(&runlog, content, sizeof content - 1, &copy, NULL));
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(&runlog.reports[0].executed, text);
    ck_assert_str_eq(text, "2018-08-24T15:55:09+02:00");
    timestamp_format(&runlog.reports[1].executed, text);
    ck_assert_str_eq(text, "2018-08-24T15:55:02+00:00");
    ck_assert_ptr_eq(runlog.reports[0].origin, runlog.reports[1].origin);
    runlog_free(&runlog);
    free(copy);
}
END_TEST

START_TEST(entries_wait_for_the_next_valid_report)
{
    TOLD(TS "R: 1\n" TS "R: @@broken\n" TS "R: 2\n" REPORT("", "empty", "x") TS "R: 3\n" TS BEGIN "c\n"
         TS "R: 4\n" REPORT("a", "k", "m"),
         "log_info|a|k|1\nlog_info|a|k|2\nlog_info|a|k|3\nlog_info|a|k|4\nresult_success|a|k|m\n", 3);
}
END_TEST

START_TEST(entries_behind_the_last_report_follow_it)
{
    TOLD(REPORT("a", "1", "m") REPORT("b", "2", "n") TS "   error: x\n" TS "y\n" TS "R: @@broken\n" TS "R: z\n",
         "result_success|a|1|m\nresult_success|b|2|n\nlog_warn|b|2|x~y\nlog_info|b|2|z\n", 1);
}
END_TEST

START_TEST(lines_without_a_level_are_entries_where_nothing_goes_before)
{
    TOLD(TS "1\n2\n" TS "3\n" REPORT("a", "k", "m"), "log_info|a|k|1~2~3\nresult_success|a|k|m\n", 0);
    TOLD("Rudder 1.2\n" TS "  1\n" REPORT("a", "k", "m"), "log_info|a|k|  1\nresult_success|a|k|m\n", 1);
    TOLD(REPORT("a", "k", "m") "   error: noise\n" TS "1\n" REPORT("b", "l", "n"),
         "result_success|a|k|m\nlog_info|b|l|1\nresult_success|b|l|n\n", 1);
}
END_TEST

START_TEST(noise_is_counted_and_nothing_more)
{
    TOLD("Rudder agent 8.1\n\nanother line\n" REPORT("a", "k", "m"), "result_success|a|k|m\n", 3);
    TOLD(REPORT("a", "k", "m") "R: [INFO] no timestamp\nmore\n\n" REPORT("b", "l", "n"),
         "result_success|a|k|m\nresult_success|b|l|n\n", 3);
    TOLD("2018-13-24T15:55:02+00:00 impossible\n2018-08-24T15:55:02+00:00\n" REPORT("a", "k", "m"),
         "result_success|a|k|m\n", 2);
    TOLD(REPORT("a", "k", "m") "2018-13-24T15:55:02Z    error: impossible\n" REPORT("b", "l", "n"),
         "result_success|a|k|m\nresult_success|b|l|n\n", 1);
}
END_TEST

START_TEST(entries_end_what_is_broken)
{
    TOLD(TS "R: @@broken\n" TS "x\n" TS "R: 1\n" TS "y\n" REPORT("a", "k", "m"),
         "log_info|a|k|1~y\nresult_success|a|k|m\n", 1);
    TOLD(TS "R: @@broken\n"
            "   error: noise\n" TS "y\n" REPORT("a", "k", "m"),
         "log_info|a|k|y\nresult_success|a|k|m\n", 2);
}
END_TEST

START_TEST(a_level_inside_a_header)
{
    /* breaks it */
    TOLD(TS BEGIN "c@@k\n" TS "R: 1\n" TS "2" END_OF(NODE) "x\n" REPORT("a", "k", "m"),
         "log_info|a|k|1~2" END_OF(NODE) "x\nresult_success|a|k|m\n", 1);
    TOLD(TS BEGIN "c\n" TS "R: 1" END_OF(NODE) "x\n" REPORT("a", "k", "m"),
         "log_info|a|k|1" END_OF(NODE) "x\nresult_success|a|k|m\n", 1);
    /* unless its line is the header's last */
    TOLD(TS BEGIN "c@@k\n" TS "R: 1" END_OF(NODE) "x\n" REPORT("a", "k", "m"),
         "result_success|c|k~R: 1|x\nresult_success|a|k|m\n", 0);
    TOLD(TS BEGIN "c\n"
                  "   error@@k" END_OF(NODE) "x\n",
         "result_success|c~   error|k|x\n", 0);
    /* a report never is */
    TOLD(TS BEGIN "c@@k\n" TS BEGIN "a@@k" END_OF(NODE) "m\n", "result_success|a|k|m\n", 1);
}
END_TEST

SUITE_MAIN("runlog_entries", levels_decide_the_event_type, what_only_resembles_a_level_goes_on_with_the_message,
           level_texts, entries_span_lines, entries_keep_their_own_moment, entries_wait_for_the_next_valid_report,
           entries_behind_the_last_report_follow_it, lines_without_a_level_are_entries_where_nothing_goes_before,
           noise_is_counted_and_nothing_more, entries_end_what_is_broken, a_level_inside_a_header)
