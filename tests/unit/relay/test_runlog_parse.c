/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reports and the run as a whole. Log entries and noise are in test_runlog_entries.c.
 */
#include <stdio.h>
#include <unistd.h>

#include "relay/report_db_binary.h"
#include "runlog_told.h"

START_TEST(every_field_has_its_place)
{
    const char content[] =
        "2018-08-24T15:55:02.5+02:00 R: @@Policy@@audit_compliant@@the rule@@the directive@@7@@the component@@"
        "the key@@2018-08-24 15:55:01 +0130##" NODE "@#the message";
    struct runlog runlog = {.report_count = 0};
    char *copy;
    ck_assert(told_parse(&runlog, content, sizeof content - 1, &copy, NULL));
    ck_assert_uint_eq(runlog.report_count, 1);
    const struct report *report = &runlog.reports[0];
    const struct report_origin *origin = report->origin;
    ck_assert(slice_eq_str(origin->policy, "Policy"));
    ck_assert(slice_eq_str(report->event_type, "audit_compliant"));
    ck_assert(slice_eq_str(origin->rule_id, "the rule"));
    ck_assert(slice_eq_str(origin->directive_id, "the directive"));
    ck_assert(slice_eq_str(origin->report_id, "7"));
    ck_assert(slice_eq_str(origin->component, "the component"));
    ck_assert(slice_eq_str(origin->key_value, "the key"));
    ck_assert(slice_eq_str(report->message, "the message"));
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(&report->executed, text);
    ck_assert_str_eq(text, "2018-08-24T15:55:02.500+02:00");
    timestamp_format(&origin->start, text);
    ck_assert_str_eq(text, "2018-08-24T15:55:01+01:30");
    ck_assert(report->message.at > copy && report->message.at < copy + sizeof content); /* not copied */
    ck_assert_str_eq(runlog.info.node_id, NODE);
    runlog_free(&runlog);
    free(copy);
}
END_TEST

START_TEST(empty_fields_have_stand_ins)
{
    const char content[] = TS "R: @@@@@@rule@@directive@@@@component@@" END_OF(NODE);
    struct runlog runlog = {.report_count = 0};
    char *copy;
    ck_assert(told_parse(&runlog, content, sizeof content - 1, &copy, NULL));
    ck_assert(slice_eq_str(runlog.reports[0].origin->report_id, "0"));
    ck_assert(slice_eq_str(runlog.reports[0].origin->key_value, "None"));
    ck_assert(slice_eq_str(runlog.reports[0].origin->policy, ""));
    ck_assert(slice_eq_str(runlog.reports[0].event_type, ""));
    ck_assert(slice_eq_str(runlog.reports[0].message, ""));
    runlog_free(&runlog);
    free(copy);
}
END_TEST

START_TEST(lines_end_with_lf_crlf_or_cr)
{
    const char expected[] = "result_success|a|k|1~2~~3\nresult_success|b|k|\n";
    TOLD(REPORT("a", "k", "1\n2\n\n3") REPORT("b", "k", ""), expected, 0);
    TOLD(TS BEGIN "a@@k" END_OF(NODE) "1\r\n" TS "2\r\n\r\n3\r\n" TS BEGIN "b@@k" END_OF(NODE) "\r\n", expected, 0);
    TOLD(TS BEGIN "a@@k" END_OF(NODE) "1\r" TS "2\r\r3\r" TS BEGIN "b@@k" END_OF(NODE) "\r", expected, 0);
    TOLD(TS BEGIN "a@@k" END_OF(NODE) "1\r2\n\r\n3\r" TS BEGIN "b@@k" END_OF(NODE), expected, 0);
}
END_TEST

START_TEST(the_last_line_end_adds_nothing)
{
    TOLD(TS BEGIN "a@@k" END_OF(NODE) "x", "result_success|a|k|x\n", 0);
    TOLD(TS BEGIN "a@@k" END_OF(NODE) "x\n", "result_success|a|k|x\n", 0);
    TOLD(TS BEGIN "a@@k" END_OF(NODE) "x\r\n", "result_success|a|k|x\n", 0);
    TOLD(TS BEGIN "a@@k" END_OF(NODE) "x\n\n", "result_success|a|k|x~\n", 0);
    TOLD(TS BEGIN "a@@k" END_OF(NODE) "x\n" TS, "result_success|a|k|x~\n", 0);
    TOLD(TS BEGIN "a@@k" END_OF(NODE) "x\n" TS "\n\n", "result_success|a|k|x~~\n", 0);
    TOLD(TS BEGIN "a@@k" END_OF(NODE) "x\ny", "result_success|a|k|x~y\n", 0);
}
END_TEST

START_TEST(timestamps_of_further_lines_go)
{
    TOLD(TS BEGIN "a@@k" END_OF(NODE) "1\n" TS "2\n" TS " 3\n2018-08-24t15:55:02.25z 4\n2018-08-24T15:55:02-11:30 5\n"
                                      "2018-08-24T15:55:02 6\n2018-08-24T15:55:02+00:00\n2018-08-24 7\n",
         "result_success|a|k|1~2~ 3~4~5~2018-08-24T15:55:02 6~2018-08-24T15:55:02+00:00~2018-08-24 7\n", 0);
}
END_TEST

START_TEST(components_and_keys_span_lines)
{
    TOLD(TS BEGIN "one\n" TS "two\nthree@@k" END_OF(NODE) "m\n", "result_success|one~two~three|k|m\n", 0);
    TOLD(TS BEGIN "c@@one\n" TS "two\n\nthree" END_OF(NODE) "m\n", "result_success|c|one~two~~three|m\n", 0);
    TOLD(TS BEGIN "c@@one\r\n" TS "two\r\n" TS "\r\n" TS "three" END_OF(NODE) "m\r\n" TS "n\r\n",
         "result_success|c|one~two~~three|m~n\n", 0);
}
END_TEST

START_TEST(a_line_end_right_before_the_mark_is_dropped)
{
    const char expected[] = "result_success|one~two|three|m\n";
    TOLD(TS BEGIN "one\ntwo@@three\n" END_OF(NODE) "m\n", expected, 0);
    TOLD(TS BEGIN "one\ntwo@@three\n" TS END_OF(NODE) "m\n", expected, 0);
    TOLD(TS BEGIN "one\r\n" TS "two\r\n" TS "@@three\r\n" TS END_OF(NODE) "m\r\n", expected, 0);
    TOLD(TS BEGIN "one\rtwo\r@@three\r" END_OF(NODE) "m\r", expected, 0);
    TOLD(TS BEGIN "one\n@@k" END_OF(NODE) "m\n", "result_success|one|k|m\n", 0);
    TOLD(TS BEGIN "one\n\n@@k\n\n" END_OF(NODE) "m\n", "result_success|one~|k~|m\n", 0); /* one of them */
    TOLD(TS BEGIN "\ntwo@@\n" END_OF(NODE) "m\n", "result_success|~two|None|m\n", 0);
    TOLD(TS BEGIN "c@@ \n" END_OF(NODE) "m\n", "result_success|c| |m\n", 0);
    TOLD(REPORT("a", "k", "1") TS BEGIN "\n@@k" END_OF(NODE) "m\n", "result_success|a|k|1\n", 1); /* empty */
}
END_TEST

START_TEST(a_line_that_begins_a_text_keeps_what_looks_like_a_timestamp)
{
    TOLD(TS BEGIN TS "c\nd@@" TS "k\nl" END_OF(NODE) TS "m\n" TS "n\n",
         "result_success|" TS "c~d|" TS "k~l|" TS "m~n\n", 0);
}
END_TEST

START_TEST(keys_may_hold_what_is_no_end)
{
    TOLD(REPORT("c", "a@@b", "m"), "result_success|c|a@@b|m\n", 0);
    TOLD(REPORT("c", "a@", "m"), "result_success|c|a@|m\n", 0);
    TOLD(REPORT("c", "@@@@##@#", "m"), "result_success|c|@@@@##@#|m\n", 0);
    TOLD(REPORT("c", "@@2018-13-24 15:55:01+00:00##" NODE "@#", "m"),
         "result_success|c|@@2018-13-24 15:55:01+00:00##" NODE "@#|m\n", 0);
    TOLD(REPORT("c", "@@" START "##@", "m"), "result_success|c|@@" START "##@|m\n", 0);
    TOLD(REPORT("c", "k", "m" END_OF("other")), "result_success|c|k|m" END_OF("other") "\n", 0);
}
END_TEST

/* Each loses itself and what follows it, and nothing around it. */
START_TEST(broken_reports_cost_only_themselves)
{
#define AMONG(broken) REPORT("a", "k", "1") broken REPORT("b", "k", "2")
    const char expected[] = "result_success|a|k|1\nresult_success|b|k|2\n";
    TOLD(AMONG(TS "R: @@\n"), expected, 1);
    TOLD(AMONG(TS "R: @@Common@@\n"), expected, 1);
    TOLD(AMONG(TS "R: @@Common@@\n" TS "more\nand more\n\n"), expected, 1);
    TOLD(AMONG(TS "R: @@Common@@result_success@@rule\n@@directive@@0@@c@@k" END_OF(NODE) "m\n"), expected, 1);
    TOLD(AMONG(TS BEGIN "component\n"), expected, 1);
    TOLD(AMONG(TS BEGIN "c@@key\n" TS "more\n"), expected, 1);
    TOLD(AMONG(TS BEGIN "c@@key@@yesterday##" NODE "@#m\n"), expected, 1);
    TOLD(AMONG(TS BEGIN "c@@key@@2018-02-30 15:55:01+00:00##" NODE "@#m\n"), expected, 1);
    TOLD(AMONG(TS BEGIN "c@@key@@" START "#" NODE "@#m\n"), expected, 1);
    TOLD(AMONG(TS BEGIN "c@@key@@" START "##" NODE "\n@#m\n"), expected, 1);
    TOLD(AMONG(TS BEGIN "c@@key@@" START "##" NODE "\n"), expected, 1);
    TOLD(AMONG(BEGIN "c@@key" END_OF(NODE) "m\n" TS "more\n"), expected, 1);
    TOLD(AMONG("2018-13-24T15:55:02+00:00 " BEGIN "c@@key" END_OF(NODE) "m\nmore\n"), expected, 1);
    TOLD(AMONG("2018-13-24T15:55:02-00:00 " BEGIN "c@@key" END_OF(NODE) "m\nmore\n"), expected, 1);
    TOLD(AMONG("0000-01-01T00:00:00.5Z " BEGIN "c@@key" END_OF(NODE) "m\nmore\n"), expected, 1);
    TOLD(AMONG(TS "R: @@Common@@\n" TS "R: @@Common@@\n" TS BEGIN "c\n"), expected, 3);
    TOLD(REPORT("a", "k", "1") TS "R: @@", "result_success|a|k|1\n", 1);
    TOLD(REPORT("a", "k", "1") TS BEGIN "c@@k", "result_success|a|k|1\n", 1);
    TOLD(REPORT("a", "k", "1") TS BEGIN "c@@k@@2018-08-24 15:5", "result_success|a|k|1\n", 1); /* cut in its start */
    TOLD(REPORT("a", "k", "1") TS BEGIN "c@@k@@" START "#", "result_success|a|k|1\n", 1);
    TOLD(REPORT("a", "k", "1") TS BEGIN "c@@k@@" START "##" NODE "@", "result_success|a|k|1\n", 1);
}
END_TEST

START_TEST(fields_that_the_table_wants_filled)
{
    const char expected[] = "result_success|a|k|1\nresult_success|b|k|2\n";
    TOLD(AMONG(REPORT("", "k", "m\nmore")), expected, 1);
    TOLD(AMONG(TS BEGIN "c@@k" END_OF("") "m\nmore\n"), expected, 1);
    TOLD(AMONG(TS "R: @@Common@@result_success@@@@directive@@0@@c@@k" END_OF(NODE) "m\n"), expected, 1);
    TOLD(AMONG(TS "R: @@Common@@result_success@@rule@@@@0@@c@@k" END_OF(NODE) "m\n"), expected, 1);
}
END_TEST

START_TEST(bytes_that_are_no_utf8_are_replaced)
{
    TOLD(REPORT("c\xff", "\xc3", "\xe9t\xe9\0."),
         "result_success|c\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbdt\xef\xbf\xbd\xef\xbf\xbd.\n", 0);
    TOLD(REPORT("c", "k", "caf\xc3\xa9 \xf0\x9f\x90\xa7"), "result_success|c|k|caf\xc3\xa9 \xf0\x9f\x90\xa7\n", 0);
    TOLD(REPORT("c", "k", "1\n\xc3\n\xa9\n"), "result_success|c|k|1~\xef\xbf\xbd~\xef\xbf\xbd~\n", 0);
    TOLD(TS "R: @@\xff@@\xff@@\xff@@\xff@@\xff@@c@@k" END_OF(NODE) "\xff\n", "\xef\xbf\xbd|c|k|\xef\xbf\xbd\n", 0);
    /* clean fields behind unclean ones are still recognised and left in place */
    TOLD(REPORT("a", "k", "\xff") REPORT("b", "k", "m") TS "\xff\n",
         "result_success|a|k|\xef\xbf\xbd\nresult_success|b|k|m~\xef\xbf\xbd\n", 0);
}
END_TEST

START_TEST(replacements_need_more_room_than_the_bytes)
{
    enum { BYTES = 100000 };
    struct buffer content = {0};
    buffer_add_text(&content, TS BEGIN "c@@k" END_OF(NODE));
    memset(buffer_reserve(&content, BYTES), 0xff, BYTES);
    content.len += BYTES;
    buffer_add_text(&content, "\n" REPORT("c", "k", "\xff"));
    struct run_info info = told_info();
    struct runlog runlog = {.report_count = 0};
    ck_assert(runlog_parse(&runlog, &info, buffer_slice(&content), &told_limits, NULL));
    ck_assert_uint_eq(runlog.reports[0].message.len, 3 * BYTES);
    ck_assert(slice_ends_with(runlog.reports[0].message, "\xef\xbf\xbd"));
    ck_assert(slice_eq_str(runlog.reports[1].message, "\xef\xbf\xbd"));
    runlog_free(&runlog);
    buffer_free(&content);
}
END_TEST

START_TEST(another_nodes_report_refuses_the_run)
{
    REFUSED(REPORT("a", "k", "1") TS BEGIN "c@@k" END_OF("root") "m\n" REPORT("b", "k", "2"), "'root'", "'" NODE "'",
            "line 2");
    REFUSED(TS BEGIN "c@@k" END_OF(NODE "x") "m\n", NODE "x");
    REFUSED(TS BEGIN "c@@k" END_OF("a\x1b\nb") "m\n", "no report");
    REFUSED(TS BEGIN "c@@k" END_OF("a\x1b") "m\n", "'a\\x1B'");
    REFUSED(TS BEGIN "c@@k" END_OF("E745A140-40bc-4b86-b6dc-084488fc906b") "m\n", "E745A140");
}
END_TEST

START_TEST(a_run_without_reports_is_refused)
{
    REFUSED("", "no report");
    REFUSED("\n\n", "no report");
    REFUSED("noise\n" TS "R: [INFO] entry\n", "no report");
    REFUSED(TS "R: @@Common@@\n", "no report");
    REFUSED(REPORT("", "k", "m"), "no report");
    REFUSED("\xff\0", "no report");
}
END_TEST

static void check_run(const char *content, const char *config_id, bool complete)
{
    struct runlog runlog = {.report_count = 0};
    char *copy;
    ck_assert(told_parse(&runlog, content, strlen(content), &copy, NULL));
    ck_assert_int_eq(runlog.config_id.at != NULL, config_id != NULL);
    ck_assert(config_id == NULL || slice_eq_str(runlog.config_id, config_id));
    ck_assert_int_eq(runlog.complete, complete);
    runlog_free(&runlog);
    free(copy);
}

#define EVENT(type, component, key) TS "R: @@Common@@" type "@@rudder@@run@@0@@" component "@@" key END_OF(NODE) "m\n"

START_TEST(config_id_and_completeness)
{
    check_run(EVENT("control", "start", "1") EVENT("control", "end", "2"), "1", true);
    check_run(EVENT("control", "end", "2") EVENT("control", "start", "1"), "2", true);
    check_run(EVENT("control", "end", "2"), "2", false);
    check_run(EVENT("result_na", "start", "1") EVENT("control", "other", "2") EVENT("log_info", "end", "3"), NULL,
              false);
    check_run(TS "R: [INFO] x\n" EVENT("control", "start", "1"), "1", true);
    check_run(EVENT("control", "started", "1") EVENT("controls", "start", "2"), NULL, false);
}
END_TEST

START_TEST(another_start_is_no_reason_to_refuse)
{
    TOLD(REPORT("a", "k", "1") TS BEGIN "b@@k@@2017-08-24 15:55:01+00:00##" NODE "@#2\n",
         "result_success|a|k|1\nresult_success|b|k|2\n", 0);
}
END_TEST

START_TEST(too_many_reports_are_refused_with_the_figure)
{
    const char content[] = TS "R: [INFO] x\n" REPORT("a", "k", "1\n2") TS "R: [INFO] x\n" REPORT("b", "k", "2");
    struct run_info info = told_info();
    struct runlog runlog = {.report_count = 0};
    struct err err = {""};
    ck_assert(runlog_parse(&runlog, &info, slice_from_str(content), &(struct runlog_limits){4, SIZE_MAX}, &err));
    ck_assert_uint_eq(runlog.report_count, 4);
    ck_assert(slice_eq_str(runlog.reports[3].message, "2"));
    runlog_clear(&runlog);
    ck_assert(!runlog_parse(&runlog, &info, slice_from_str(content), &(struct runlog_limits){3, SIZE_MAX}, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "4 reports"));
    ck_assert_ptr_nonnull(strstr(err.text, "limit is 3"));
    ck_assert(!runlog_parse(&runlog, &info, slice_from_str(content), &(struct runlog_limits){1, SIZE_MAX}, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "4 reports"));
    ck_assert(!runlog_parse(&runlog, &info, slice_from_str(content), &(struct runlog_limits){0, SIZE_MAX}, &err));
    runlog_free(&runlog);
}
END_TEST

/* What the database is sent for these rows. */
static size_t rows_size(const struct runlog *runlog)
{
    struct buffer rows = {0};
    for (size_t i = 0; i < runlog->report_count; i++) {
        report_db_binary_copy_row(&rows, 1, slice_from_str(runlog->info.node_id), &runlog->reports[i]);
    }
    size_t size = rows.len;
    buffer_free(&rows);
    return size;
}

/* At its size a run is taken, at one byte less it is refused, with both figures. */
static void check_size_limit(struct slice content)
{
    struct run_info info = told_info();
    struct runlog runlog = {.report_count = 0};
    struct err err = {""};
    ck_assert(runlog_parse(&runlog, &info, content, &told_limits, &err));
    struct runlog_limits limits = {.reports = SIZE_MAX, .bytes = rows_size(&runlog)};
    char figures[128];
    snprintf(figures, sizeof figures, "would become %zu bytes in %zu rows of the database, the limit is %zu bytes",
             limits.bytes, runlog.report_count, limits.bytes - 1);
    runlog_clear(&runlog);
    ck_assert_msg(runlog_parse(&runlog, &info, content, &limits, &err), "%s", err.text);
    runlog_clear(&runlog);
    limits.bytes--;
    ck_assert(!runlog_parse(&runlog, &info, content, &limits, &err));
    ck_assert_msg(strstr(err.text, figures) != NULL, "%s instead of %s", err.text, figures);
    *strstr(figures, ", the") = '\0';
    size_t size = limits.bytes;
    for (limits.bytes = 0; limits.bytes < size && limits.bytes < 2000; limits.bytes += 7) {
        /* wherever it is passed, the figure is the same */
        ck_assert(!runlog_parse(&runlog, &info, content, &limits, &err));
        ck_assert_msg(strstr(err.text, figures) != NULL, "%s instead of %s", err.text, figures);
    }
    runlog_free(&runlog);
}
#define SIZE_LIMIT(content) check_size_limit((struct slice){content, sizeof content - 1})

START_TEST(what_a_run_becomes_is_limited_to_the_byte)
{
    SIZE_LIMIT(REPORT("a", "k", "m"));
    SIZE_LIMIT(REPORT("a", "k", "m\n" TS "n") TS "R: x\n" TS "R: y\n" REPORT("b", "", "o") TS "R: z\n" TS "zz\n");
    SIZE_LIMIT("R: x\n" TS "R: y\n" TS "R: @@p@@t@@r@@d@@@@c\n" TS "cc@@k\n" TS "k\n" TS "kk" END_OF(NODE) "m\n");
    SIZE_LIMIT(REPORT("a\xff", "\xff\xff", "\xff\n" TS "\xc3\n\xff\n") TS "R: \xff\n" REPORT("\xff\n\xff", "k", ""));
}
END_TEST

START_TEST(a_long_key_and_many_entries_are_refused)
{
    enum { KEY = 5000, ENTRIES = 2000 };
    struct buffer content = {0};
    for (int i = 0; i < ENTRIES; i++) {
        buffer_add_text(&content, TS "R:\n");
    }
    buffer_add_text(&content, TS BEGIN "c@@");
    memset(buffer_reserve(&content, KEY), 'k', KEY);
    content.len += KEY;
    buffer_add_text(&content, END_OF(NODE) "m\n");
    check_size_limit(buffer_slice(&content));
    buffer_add_text(&content, REPORT("c", "k", "m")); /* counted as they come, not as they are in the end */
    check_size_limit(buffer_slice(&content));
    struct runlog runlog = {.report_count = 0};
    struct run_info info = told_info();
    const struct runlog_limits limits = {.reports = SIZE_MAX, .bytes = 5 << 20};
    ck_assert(!runlog_parse(&runlog, &info, buffer_slice(&content), &limits, NULL));
    ck_assert(runlog_parse(&runlog, &info, slice_from_str(REPORT("c", "k", "m")), &limits, NULL));
    runlog_free(&runlog);
    buffer_free(&content);
}
END_TEST

START_TEST(what_is_above_the_limit_takes_no_memory)
{
    struct buffer content = {0};
    for (int i = 0; i < 1000; i++) {
        buffer_add_text(&content, REPORT("a", "k", "two\nlines"));
    }
    struct run_info info = told_info();
    struct runlog runlog = {.report_count = 0};
    struct err err = {""};
    ck_assert(!runlog_parse(&runlog, &info, buffer_slice(&content), &(struct runlog_limits){64, SIZE_MAX}, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "1000 reports"));
    ck_assert_uint_le(runlog.report_capacity, 128);
    runlog_free(&runlog);
    buffer_free(&content);
}
END_TEST

/* Parses and returns what was logged meanwhile, a string for the test's life. The test has a process of its own. */
static const char *runlog_parse_logged(const char *content)
{
    FILE *log = tmpfile();
    ck_assert(log != NULL && dup2(fileno(log), STDERR_FILENO) == STDERR_FILENO);
    struct run_info info = told_info();
    struct runlog runlog = {.report_count = 0};
    ck_assert(runlog_parse(&runlog, &info, slice_from_str(content), &told_limits, NULL));
    runlog_free(&runlog);
    static char text[65536];
    ssize_t len = pread(fileno(log), text, sizeof text - 1, 0);
    ck_assert(len >= 0);
    text[len] = '\0';
    fclose(log);
    return text;
}

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    for (; (text = strstr(text, word)) != NULL; text++) {
        count++;
    }
    return count;
}

START_TEST(a_bad_run_does_not_flood_the_log)
{
    struct buffer content = {0};
    buffer_add_text(&content, EVENT("control", "start", "1"));
    for (int i = 0; i < 99; i++) {
        buffer_add_text(&content, TS "R: @@broken\n");
    }
    const char *log = runlog_parse_logged(buffer_cstr(&content));
    ck_assert_uint_eq(count_of(log, "left out"), 21);
    ck_assert_uint_eq(count_of(log, " line=2 text=\"R: @@broken\""), 1);
    ck_assert_uint_eq(count_of(log, " count=79\n"), 1);
    ck_assert_uint_eq(count_of(log, NODE), 21);
    buffer_free(&content);
}
END_TEST

START_TEST(a_strange_run_is_told_once)
{
    const char *log =
        runlog_parse_logged(REPORT("a", "k", "m") TS BEGIN "b@@k@@2017-08-24 15:55:01+00:00##" NODE "@#m\n" TS BEGIN
                                              "b@@k@@2017-08-24 15:55:01+00:00##" NODE "@#m\n" REPORT("a", "k", "m"));
    ck_assert_uint_eq(count_of(log, "\n"), 2);
    ck_assert_uint_eq(count_of(log, "differ in when it started"), 1);
    ck_assert_uint_eq(count_of(log, " count=2\n"), 1);
    ck_assert_uint_eq(count_of(log, "without a config id"), 1);
}
END_TEST

START_TEST(a_good_run_is_not_told)
{
    /* the same moment, written with another offset */
    const char *log =
        runlog_parse_logged(EVENT("control", "start", "1") TS BEGIN "b@@k@@2018-08-24 17:55:01+02:00##" NODE "@#m\n");
    ck_assert_str_eq(log, "");
}
END_TEST

START_TEST(a_run_log_is_used_again)
{
    struct run_info info = told_info();
    struct runlog runlog = {.report_count = 0};
    struct buffer content = {0};
    for (int i = 0; i < 300; i++) {
        buffer_add_format(&content, TS "R: [INFO] %d\n" TS BEGIN "component\nof two lines@@k" END_OF(NODE) "%d\n", i,
                          i);
    }
    for (int round = 0; round < 3; round++) {
        ck_assert(runlog_parse(&runlog, &info, buffer_slice(&content), &told_limits, NULL));
        ck_assert_uint_eq(runlog.report_count, 600);
        for (size_t i = 0; i < runlog.report_count; i++) {
            ck_assert_int_eq(atoi(runlog.reports[i].message.at), (int)i / 2);
            ck_assert_ptr_eq(runlog.reports[i].origin, runlog.reports[i | 1].origin);
        }
        runlog_clear(&runlog);
        ck_assert_uint_eq(runlog.report_count, 0);
        ck_assert(!runlog.complete && runlog.config_id.at == NULL && runlog.dropped == 0);
    }
    runlog_free(&runlog);
    buffer_free(&content);
}
END_TEST

SUITE_MAIN("runlog_parse", every_field_has_its_place, empty_fields_have_stand_ins, lines_end_with_lf_crlf_or_cr,
           the_last_line_end_adds_nothing, timestamps_of_further_lines_go, components_and_keys_span_lines,
           a_line_end_right_before_the_mark_is_dropped, a_line_that_begins_a_text_keeps_what_looks_like_a_timestamp,
           keys_may_hold_what_is_no_end, broken_reports_cost_only_themselves, fields_that_the_table_wants_filled,
           bytes_that_are_no_utf8_are_replaced, replacements_need_more_room_than_the_bytes,
           another_nodes_report_refuses_the_run, a_run_without_reports_is_refused, config_id_and_completeness,
           another_start_is_no_reason_to_refuse, too_many_reports_are_refused_with_the_figure,
           what_a_run_becomes_is_limited_to_the_byte, a_long_key_and_many_entries_are_refused,
           what_is_above_the_limit_takes_no_memory, a_bad_run_does_not_flood_the_log, a_strange_run_is_told_once,
           a_good_run_is_not_told, a_run_log_is_used_again)
