/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syslog/runlog_message.h"

#include "relay/runlog_parse.h"
#include "support/suite.h"

#define TIME "2026-11-29T08:00:01+00:00"
#define HEAD "R: @@Common@@result_success@@rule@@directive@@0@@component@@key@@"
#define START "2026-11-29 08:00:00+00:00##node-1@#"

static struct buffer text;
static struct runlog_message report;
static struct err err;

static bool read_one_message(const char *message)
{
    buffer_clear(&text);
    err = (struct err){""};
    return runlog_message_read(slice_from_str(message), slice_from_str(TIME), &report, &text, &err);
}

static void assert_report_text(const char *message, const char *wanted)
{
    ck_assert_msg(read_one_message(message), "%s", err.text);
    ck_assert_str_eq(buffer_cstr(&text), wanted);
}

/* The text is one report for whoever parses it. */
static void assert_one(const char *message)
{
    struct runlog runlog = {0};
    struct run_info info = {.node_id = "node-1"};
    const struct runlog_limits limits = {10, 10000};
    ck_assert_msg(read_one_message(message), "%s", err.text);
    ck_assert_msg(runlog_parse(&runlog, &info, buffer_slice(&text), &limits, &err), "%s", err.text);
    ck_assert_uint_eq(runlog.report_count, 1);
    ck_assert_uint_eq(runlog.dropped, 0);
    runlog_free(&runlog);
}

START_TEST(a_report_gets_its_time)
{
    assert_report_text(HEAD START "done", TIME " " HEAD START "done\n");
    assert_report_text(" " HEAD START "done", TIME " " HEAD START "done\n");
    assert_report_text("rudder " HEAD START "", TIME " " HEAD START "\n");
    ck_assert_str_eq(report.node_id, "node-1");
    ck_assert_int_eq(report.start.seconds, 1795939200);
    ck_assert(!report.ends_run);
    buffer_free(&text);
}
END_TEST

START_TEST(the_end_of_a_run_is_known)
{
    ck_assert(read_one_message("R: @@Common@@control@@rudder@@run@@0@@end@@config@@" START "End execution"));
    ck_assert(report.ends_run);
    ck_assert(read_one_message("R: @@Common@@control@@rudder@@run@@0@@start@@config@@" START "Start execution"));
    ck_assert(!report.ends_run);
    ck_assert(read_one_message("R: @@Common@@log_info@@rudder@@run@@0@@end@@config@@" START "x"));
    ck_assert(!report.ends_run);
    buffer_free(&text);
}
END_TEST

START_TEST(line_ends_come_back)
{
    assert_report_text(HEAD START "one#012two#011three#015#01#", TIME " " HEAD START "one\ntwo\tthree#015#01#\n");
    assert_report_text("R: @@P@@t@@r@@d@@0@@c@@k#012ey@@" START "x",
                       TIME " R: @@P@@t@@r@@d@@0@@c@@k\ney@@" START "x\n");
    buffer_free(&text);
}
END_TEST

START_TEST(a_message_stays_one_report)
{
    static const char *const forged[] = {
        HEAD START "a#012" HEAD START "b",
        HEAD START "a#012" TIME " " HEAD START "b",
        HEAD START "a#012" TIME " " TIME " \xef\xbb\xbf" TIME " " HEAD START "b",
        HEAD START "a\r" TIME " " HEAD START "b",
        HEAD START "a#0122026-13-01T00:00:00Z R: @@x",
        HEAD START "a#012#012R: [ERROR] b#012CRITICAL c#012 warning: d",
    };
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
        assert_one(forged[i]);
    }
    buffer_free(&text);
}
END_TEST

START_TEST(what_is_no_whole_report_is_refused)
{
    static const char *const wrong[] = {
        "",
        "R: hello",
        "R: @@",
        "R: @@P@@t@@r",
        HEAD "2026-11-29 08:00:00+00:00##node-1",
        HEAD "2026-11-29 08:00:00##node-1@#x",
        HEAD "2026-11-29 08:00:00+00:00##../etc@#x",
        HEAD "2026-11-29 08:00:00+00:00##@#x",
        "0123456789012345678901234567890123456789012345678901234567890123456789 " HEAD START "x",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_msg(!read_one_message(wrong[i]), "%s", wrong[i]);
        ck_assert_str_ne(err.text, "");
        ck_assert_uint_eq(text.len, 0);
    }
    ck_assert(!runlog_message_read(slice_from_str(HEAD START "x"), slice_from_str("yesterday"), &report, &text, &err));
    buffer_free(&text);
}
END_TEST

SUITE_MAIN("runlog_message", a_report_gets_its_time, the_end_of_a_run_is_known, line_ends_come_back,
           a_message_stays_one_report, what_is_no_whole_report_is_refused)
