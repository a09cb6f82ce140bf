/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Log entries among the reports, and noise.
 */
#include <stdio.h>

#include "runlog_told.h"

/* start, separator and "text" behind another report's message; expected: what becomes of it. */
static void told_among(const char *start, const char *separator, const char *expected, int number)
{
    char content[512];
    snprintf(content, sizeof content, REPORT("a", "1", "m") TS "%s%stext\n" REPORT("b", "2", "n"), start, separator);
    told_check(content, strlen(content), expected, 0, number);
}

START_TEST(levels_decide_the_event_type)
{
    enum { WORD, BRACKETS, BARE };
    const struct {
        const char *start;
        const char *event_type;
        int kind;
    } levels[] = {
        {"CRITICAL", "log_warn", WORD},        {"   error", "log_warn", WORD},
        {" warning", "log_warn", WORD},        {"  notice", "log_info", WORD},
        {"    info", "log_info", WORD},        {" verbose", "log_debug", WORD},
        {"   debug", "log_debug", WORD},       {"rudder CRITICAL", "log_warn", WORD},
        {"rudder    error", "log_warn", WORD}, {"rudder  warning", "log_warn", WORD},
        {"rudder   notice", "log_info", WORD}, {"rudder     info", "log_info", WORD},
        {"R: [FATAL]", "log_warn", BRACKETS},  {"R: [ERROR]", "log_warn", BRACKETS},
        {"R: WARNING", "log_warn", WORD},      {"R: [INFO]", "log_info", BRACKETS},
        {"R: [DEBUG]", "log_debug", BRACKETS}, {"R: DEBUG", "log_debug", WORD},
        {"R:", "log_info", BARE},
    };
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const char *const separators[] = {" ", "   ", ": ", ":", ":   ", ""};
        const size_t count = levels[i].kind == BRACKETS ? 6 : levels[i].kind == WORD ? 5 : 2;
        for (size_t j = 0; j < count; j++) {
            char expected[256];
            snprintf(expected, sizeof expected, "result_success|a|1|m\n%s|b|2|text\nresult_success|b|2|n\n",
                     levels[i].event_type);
            told_among(levels[i].start, separators[j], expected, (int)(100 * i + j));
        }
    }
}
END_TEST

START_TEST(a_word_that_goes_on_is_no_level)
{
    const char *const words[] = {"CRITICAL",        "   error",        " warning",         "  notice",
                                 "    info",        " verbose",        "   debug",         "rudder CRITICAL",
                                 "rudder    error", "rudder  warning", "rudder   notice",  "rudder     info",
                                 "R:"};
    const char *const rests[] = {"", "s: ", "_threshold = ", "=1 ", ".", "-", "1", "\t", ",", ";", "[", "\xc2\xa0"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        for (size_t j = 0; j < sizeof rests / sizeof *rests; j++) {
            char expected[256];
            snprintf(expected, sizeof expected, "result_success|a|1|m~%s%stext\nresult_success|b|2|n\n", words[i],
                     rests[j]);
            told_among(words[i], rests[j], expected, (int)(100 * i + j));
        }
    }
    /* within `R:`, the text of an entry */
    told_among("R: DEBUG", "GING ", "result_success|a|1|m\nlog_info|b|2|DEBUGGING text\nresult_success|b|2|n\n", 1);
    told_among("R: WARNING", "S: ", "result_success|a|1|m\nlog_info|b|2|WARNINGS: text\nresult_success|b|2|n\n", 2);
    told_among("R:", ":", "result_success|a|1|m~R::text\nresult_success|b|2|n\n", 3);
    told_among("R:", "@@", "result_success|a|1|m~R:@@text\nresult_success|b|2|n\n", 4);
}
END_TEST

START_TEST(a_level_may_end_its_line)
{
    const char *const levels[] = {"CRITICAL", " warning", "    info:", "rudder    error", "R:", "R: ", "R: [INFO]",
                                  "R: DEBUG"};
    const char *const ends[] = {"\n", "\r\n", "\r"};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        for (size_t j = 0; j < sizeof ends / sizeof *ends; j++) {
            char content[512];
            snprintf(content, sizeof content, TS "%s%s" TS "more\n" REPORT("a", "k", "m"), levels[i], ends[j]);
            struct runlog runlog = {.report_count = 0};
            char *copy;
            ck_assert(told_parse(&runlog, content, strlen(content), &copy, NULL));
            ck_assert_uint_eq(runlog.report_count, 2);
            ck_assert(slice_eq_str(runlog.reports[0].message, "\nmore"));
            runlog_free(&runlog);
            free(copy);
        }
    }
    TOLD(REPORT("a", "k", "m") TS "CRITICAL", "result_success|a|k|m\nlog_warn|a|k|\n", 0);
    TOLD(REPORT("a", "k", "m") TS "R:", "result_success|a|k|m\nlog_info|a|k|\n", 0);
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
    TOLD(TS "R: [INFO]text\n" REPORT("a", "k", "m"), expected, 0);
    TOLD(TS "R: text\n" REPORT("a", "k", "m"), expected, 0);
    TOLD(TS "R: [INFO]:: text\n" REPORT("a", "k", "m"), "log_info|a|k|: text\nresult_success|a|k|m\n", 0);
    TOLD(TS "R: [INFO]\n" REPORT("a", "k", "m"), "log_info|a|k|\nresult_success|a|k|m\n", 0);
    TOLD(TS "R: [INFO]\n" TS "  second\n" REPORT("a", "k", "m"), "log_info|a|k|~  second\nresult_success|a|k|m\n", 0);
    TOLD(TS "R:  @@x\n" REPORT("a", "k", "m"), "log_info|a|k|@@x\nresult_success|a|k|m\n", 0);
    TOLD(TS "R: @x\n" REPORT("a", "k", "m"), "log_info|a|k|@x\nresult_success|a|k|m\n", 0);
    TOLD(TS "CRITICAL:x\n" REPORT("a", "k", "m"), "log_warn|a|k|x\nresult_success|a|k|m\n", 0);
}
END_TEST

#define MARK "\xef\xbb\xbf"

START_TEST(byte_order_marks_are_passed_over)
{
    const char expected[] = "log_info|a|k|1\nresult_success|a|k|m~n\nresult_success|b|l|o\n";
    TOLD(MARK TS "R: 1\n" REPORT("a", "k", "m") TS "n\n" REPORT("b", "l", "o"), expected, 0);
    TOLD(TS MARK "R: 1\n" REPORT("a", "k", "m") TS "n\n" REPORT("b", "l", "o"), expected, 0);
    TOLD(MARK TS MARK MARK "R: 1\n" MARK REPORT("a", "k", "m") MARK TS MARK "n\n" REPORT("b", "l", "o"), expected, 0);
    TOLD(TS "R: 1\n" TS MARK BEGIN "a@@k" END_OF(NODE) "m\n" TS MARK "n\n" TS MARK BEGIN "b@@l" END_OF(NODE) "o\n",
         expected, 0);
    TOLD("2018-13-24T15:55:02+00:00 " MARK "R: 1\n" MARK REPORT("a", "k", "m") "n\n" REPORT("b", "l", "o"), expected,
         0);
    REFUSED(MARK, "no report");
}
END_TEST

START_TEST(a_mark_within_a_text_stays)
{
    TOLD(REPORT("a", "k", MARK "m" MARK) TS "R: " MARK "x\n" TS "y" MARK "\n",
         "result_success|a|k|" MARK "m" MARK "\nlog_info|a|k|" MARK "x~y" MARK "\n", 0);
    TOLD(TS BEGIN "a\n" TS MARK "b@@k\n" MARK "l" END_OF(NODE) "m\n", "result_success|a~b|k~l|m\n", 0);
    TOLD(REPORT("a", "k", "m") TS "\xef\xbb R: x\n", "result_success|a|k|m~\xef\xbf\xbd R: x\n", 0);
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
}
END_TEST

START_TEST(noise_is_counted_and_nothing_more)
{
    TOLD("Rudder agent 8.1\n\nanother line\n" REPORT("a", "k", "m"), "result_success|a|k|m\n", 3);
    TOLD("2018-13-24T15:55:02+00:00 impossible\n2018-08-24T15:55:02+00:00\n" REPORT("a", "k", "m"),
         "result_success|a|k|m\n", 2);
}
END_TEST

START_TEST(entries_without_a_timestamp_are_entries)
{
    TOLD(REPORT("a", "k", "m") "R: [INFO] x\ny\n\n" REPORT("b", "l", "n"),
         "result_success|a|k|m\nlog_info|b|l|x~y~\nresult_success|b|l|n\n", 0);
    TOLD("   error: x\n" TS "y\n" REPORT("a", "k", "m"), "log_warn|a|k|x~y\nresult_success|a|k|m\n", 0);
    TOLD(REPORT("a", "k", "m") "2018-13-24T15:55:02Z    error: x\n" REPORT("b", "l", "n"),
         "result_success|a|k|m\nlog_warn|b|l|x\nresult_success|b|l|n\n", 0);
    TOLD(REPORT("a", "k", "m") "CRITICAL", "result_success|a|k|m\nlog_warn|a|k|\n", 0);
}
END_TEST

static void check_moments(const char *content, const char *const *moments)
{
    struct runlog runlog = {.report_count = 0};
    char *copy;
    ck_assert(told_parse(&runlog, content, strlen(content), &copy, NULL));
    for (size_t i = 0; i < runlog.report_count; i++) {
        char text[TIMESTAMP_TEXT_SIZE];
        timestamp_format(&runlog.reports[i].executed, text);
        ck_assert_str_eq(text, moments[i]);
    }
    runlog_free(&runlog);
    free(copy);
}

/* That of the entry or report before it, since it cannot be earlier; without one, of what comes first. */
START_TEST(entries_without_a_timestamp_take_the_last_one)
{
#define ENTRY_AT(second) "2018-08-24T15:55:" second "+00:00"
    check_moments("R: 1\nR: 2\n" REPORT("a", "k", "m") ENTRY_AT("07") " R: 3\nR: 4\n" TS "R: 5\nR: 6",
                  (const char *const[]){ENTRY_AT("02"), ENTRY_AT("02"), ENTRY_AT("02"), ENTRY_AT("07"), ENTRY_AT("07"),
                                        ENTRY_AT("02"), ENTRY_AT("02")});
    check_moments("R: 1\n2018-08-24T25:55:07+00:00 R: 2\n" ENTRY_AT("09") " R: 3\n" REPORT("a", "k", "m"),
                  (const char *const[]){ENTRY_AT("09"), ENTRY_AT("09"), ENTRY_AT("09"), ENTRY_AT("02")});
}
END_TEST

/* However many there are: the reports move as they grow, and the moment is read from them. */
START_TEST(many_entries_without_a_timestamp_take_the_last_one)
{
    enum { ENTRIES = 5000 };
    struct buffer content = {0};
    buffer_add_text(&content, REPORT("a", "k", "m"));
    for (int i = 0; i < ENTRIES; i++) {
        buffer_add_text(&content, "R: x\n");
    }
    struct run_info info = told_info();
    struct runlog runlog = {.report_count = 0};
    ck_assert(runlog_parse(&runlog, &info, buffer_slice(&content), &told_limits, NULL));
    ck_assert_uint_eq(runlog.report_count, 1 + ENTRIES);
    for (size_t i = 1; i <= ENTRIES; i++) {
        ck_assert_int_eq(timestamp_compare(&runlog.reports[i].executed, &runlog.reports[0].executed), 0);
    }
    runlog_free(&runlog);
    buffer_free(&content);
}
END_TEST

START_TEST(entries_end_what_is_broken)
{
    TOLD(TS "R: @@broken\n" TS "x\n" TS "R: 1\n" TS "y\n" REPORT("a", "k", "m"),
         "log_info|a|k|1~y\nresult_success|a|k|m\n", 1);
    TOLD(TS "R: @@broken\n"
            "   error: x\n" TS "y\n" REPORT("a", "k", "m"),
         "log_warn|a|k|x~y\nresult_success|a|k|m\n", 1);
}
END_TEST

START_TEST(levels_inside_a_header_that_becomes_whole)
{
    TOLD(TS BEGIN "c@@case x in\n" TS "   error) exit 1;;\n" TS "    info: y\n\n" TS "esac" END_OF(NODE) "x\n",
         "result_success|c|case x in~   error) exit 1;;~    info: y~~esac|x\n", 0);
    TOLD(TS BEGIN "c\n" TS " warning: 1\n" TS "R: 2@@k\n" TS "R: [INFO] 3\n" TS "4" END_OF(NODE) "x\n" TS "R: 5\n",
         "result_success|c~ warning: 1~R: 2|k~R: [INFO] 3~4|x\nlog_info|c~ warning: 1~R: 2|k~R: [INFO] 3~4|5\n", 0);
    TOLD(TS BEGIN "c@@k\n" TS "R: 1" END_OF(NODE) "x\n" REPORT("a", "k", "m"),
         "result_success|c|k~R: 1|x\nresult_success|a|k|m\n", 0);
    TOLD(TS BEGIN "c\n"
                  "   error@@k" END_OF(NODE) "x\n",
         "result_success|c~   error|k|x\n", 0);
    TOLD(TS BEGIN "c@@R: 1\r\n" TS "R: 2\r\n" TS END_OF(NODE) "x\r\n", "result_success|c|R: 1~R: 2|x\n", 0);
}
END_TEST

START_TEST(levels_inside_a_header_that_does_not)
{
    /* the next report begins before it is whole */
    TOLD(TS BEGIN "c@@k\n" TS "R: 1\n" TS "2@@no start##" NODE "@#x\n" REPORT("a", "k", "m"),
         "log_info|a|k|1~2@@no start##" NODE "@#x\nresult_success|a|k|m\n", 1);
    TOLD(TS BEGIN "c\n" TS "R: 1" END_OF(NODE) "x\n" TS "   error: 2\n" REPORT("a", "k", "m"),
         "log_info|a|k|1" END_OF(NODE) "x\nlog_warn|a|k|2\nresult_success|a|k|m\n", 1);
    TOLD(TS BEGIN "c@@k\n" TS "lost\n" TS "R: 1\n" TS "2\n" TS BEGIN "d@@l\n" TS "R: 3\n" REPORT("a", "k", "m"),
         "log_info|a|k|1~2\nlog_info|a|k|3\nresult_success|a|k|m\n", 2);
    TOLD(TS BEGIN "c@@k\n" TS "R: 1\n" TS BEGIN "a@@k" END_OF(NODE) "m\n", "log_info|a|k|1\nresult_success|a|k|m\n", 1);
    /* the text ends */
    TOLD(REPORT("a", "k", "m") TS BEGIN "c@@k\n" TS "R: 1\n" TS "2\nR: 3",
         "result_success|a|k|m\nlog_info|a|k|1~2\nlog_info|a|k|3\n", 1);
    /* a report never is inside */
    TOLD(TS BEGIN "c@@k\n" TS BEGIN "a@@k" END_OF(NODE) "m\n", "result_success|a|k|m\n", 1);
    TOLD(TS BEGIN "c@@k\n" BEGIN "a@@k" END_OF(NODE) "m\n" REPORT("a", "k", "m"), "result_success|a|k|m\n", 2);
}
END_TEST

SUITE_MAIN("runlog_entries", levels_decide_the_event_type, a_word_that_goes_on_is_no_level, a_level_may_end_its_line,
           what_only_resembles_a_level_goes_on_with_the_message, level_texts, byte_order_marks_are_passed_over,
           a_mark_within_a_text_stays, entries_span_lines, entries_keep_their_own_moment,
           entries_wait_for_the_next_valid_report, entries_behind_the_last_report_follow_it,
           lines_without_a_level_are_entries_where_nothing_goes_before, noise_is_counted_and_nothing_more,
           entries_without_a_timestamp_are_entries, entries_without_a_timestamp_take_the_last_one,
           many_entries_without_a_timestamp_take_the_last_one, entries_end_what_is_broken,
           levels_inside_a_header_that_becomes_whole, levels_inside_a_header_that_does_not)
