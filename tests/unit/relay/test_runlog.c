/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog and runlog_json.
 */
#include <jansson.h>

#include "cli/runlog_json.h"
#include "runlog_told.h"

static void test_runlog_parse(struct runlog *runlog, const char *content)
{
    struct run_info info = told_info();
    ck_assert(runlog_parse(runlog, &info, slice_from_str(content), &told_limits, NULL));
}

START_TEST(event_types_are_skipped)
{
    struct runlog runlog = {.report_count = 0};
    test_runlog_parse(&runlog, TS "R: [DEBUG] 1\n" TS "R: [INFO] 2\n" REPORT("start", "k", "3") TS "R: [DEBUG] 4\n");
    char debug[] = "log_debug";
    char success[] = "result_success";
    char part[] = "log";
    runlog_skip_event_types(&runlog, (char *const[]){part, NULL});
    ck_assert_uint_eq(runlog.report_count, 4);
    runlog_skip_event_types(&runlog, (char *const[]){debug, part, NULL});
    ck_assert_uint_eq(runlog.report_count, 2);
    ck_assert(slice_eq_str(runlog.reports[0].message, "2"));
    ck_assert(slice_eq_str(runlog.reports[1].message, "3"));
    char info[] = "log_info";
    runlog_skip_event_types(&runlog, (char *const[]){info, success, NULL});
    ck_assert_uint_eq(runlog.report_count, 0);
    runlog_free(&runlog);
}
END_TEST

/* Two log entries and a report of this type. */
static size_t stored_with(const char *event_type, enum runlog_logs stored)
{
    struct runlog runlog = {.report_count = 0};
    struct buffer content = {0};
    buffer_add_format(
        &content, TS "R: [DEBUG] 1\n" TS "R: @@p@@%s@@r@@d@@0@@c@@k" END_OF(NODE) "2\n" TS "R: [INFO] 3\n", event_type);
    test_runlog_parse(&runlog, buffer_cstr(&content));
    ck_assert_uint_eq(runlog.report_count, 3);
    runlog_skip_logs(&runlog, stored);
    size_t count = runlog.report_count;
    ck_assert(count == 0 || count == 3 || slice_eq_str(runlog.reports[0].message, "2"));
    runlog_free(&runlog);
    buffer_free(&content);
    return count;
}

START_TEST(log_entries_are_stored_as_wanted)
{
    static const char *const notable[] = {"result_repaired", "result_error", "audit_error", "audit_noncompliant"};
    static const char *const quiet[] = {"result_success", "result_na", "audit_compliant", "control"};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(stored_with(notable[i], RUNLOG_LOGS_ALL), 3);
        ck_assert_uint_eq(stored_with(notable[i], RUNLOG_LOGS_NOTABLE), 3);
        ck_assert_uint_eq(stored_with(notable[i], RUNLOG_LOGS_NONE), 1);
        ck_assert_uint_eq(stored_with(quiet[i], RUNLOG_LOGS_ALL), 3);
        ck_assert_uint_eq(stored_with(quiet[i], RUNLOG_LOGS_NOTABLE), 1);
        ck_assert_uint_eq(stored_with(quiet[i], RUNLOG_LOGS_NONE), 1);
    }
    ck_assert_uint_eq(stored_with("log_warn", RUNLOG_LOGS_NOTABLE), 0);
}
END_TEST

START_TEST(a_run_is_recognised_by_a_report_that_is_no_log_entry)
{
    struct runlog runlog = {.report_count = 0};
    test_runlog_parse(&runlog, TS "R: [DEBUG] 1\n" REPORT("start", "k", "2") REPORT("a", "k", "3"));
    ck_assert(slice_eq_str(runlog_identity(&runlog)->message, "2"));
    runlog_clear(&runlog);
    test_runlog_parse(&runlog, TS "R: [DEBUG] 1\n" TS "R: @@p@@log_info@@r@@d@@0@@c@@k" END_OF(NODE) "2\n");
    ck_assert(slice_eq_str(runlog_identity(&runlog)->message, "1"));
    runlog_free(&runlog);
}
END_TEST

START_TEST(free_leaves_an_empty_one)
{
    struct runlog runlog = {.report_count = 0};
    runlog_free(&runlog);
    test_runlog_parse(&runlog, REPORT("a", "k", "m"));
    runlog_free(&runlog);
    ck_assert_ptr_null(runlog.reports);
    test_runlog_parse(&runlog, REPORT("a", "k", "m"));
    ck_assert_uint_eq(runlog.report_count, 1);
    runlog_free(&runlog);
}
END_TEST

START_TEST(clear_gives_back_what_a_huge_run_took)
{
    struct buffer content = {0};
    for (int i = 0; i < 20000; i++) {
        buffer_add_text(&content, TS "R: x\n");
    }
    buffer_add_text(&content, REPORT("a", "k", "m"));
    struct run_info info = told_info();
    struct runlog runlog = {.report_count = 0};
    ck_assert(runlog_parse(&runlog, &info, buffer_slice(&content), &told_limits, NULL));
    runlog_clear(&runlog);
    ck_assert_ptr_null(runlog.reports);
    test_runlog_parse(&runlog, REPORT("a", "k", "m"));
    const struct report *kept = runlog.reports;
    runlog_clear(&runlog);
    ck_assert_ptr_eq(runlog.reports, kept);
    runlog_free(&runlog);
    buffer_free(&content);
}
END_TEST

static char *printed(const struct runlog *runlog)
{
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    ck_assert(runlog_json_print(runlog, out));
    fclose(out);
    return text;
}

START_TEST(json_has_this_form)
{
    struct runlog runlog = {.report_count = 0};
    test_runlog_parse(&runlog, TS "R: @@Common@@control@@rule@@directive@@7@@start@@the key" END_OF(NODE) "1\n2\n");
    char *text = printed(&runlog);
    ck_assert_str_eq(text, "{\n"
                           "  \"info\": {\n"
                           "    \"node_id\": \"" NODE "\",\n"
                           "    \"timestamp\": \"2018-08-24T15:55:01+00:00\"\n"
                           "  },\n"
                           "  \"config_id\": \"the key\",\n"
                           "  \"reports\": [\n"
                           "    {\n"
                           "      \"start_datetime\": \"2018-08-24T15:55:01+00:00\",\n"
                           "      \"rule_id\": \"rule\",\n"
                           "      \"directive_id\": \"directive\",\n"
                           "      \"component\": \"start\",\n"
                           "      \"key_value\": \"the key\",\n"
                           "      \"event_type\": \"control\",\n"
                           "      \"msg\": \"1\\n2\",\n"
                           "      \"policy\": \"Common\",\n"
                           "      \"node_id\": \"" NODE "\",\n"
                           "      \"execution_datetime\": \"2018-08-24T15:55:02+00:00\",\n"
                           "      \"report_id\": \"7\"\n"
                           "    }\n"
                           "  ]\n"
                           "}\n");
    free(text);
    runlog_free(&runlog);
}
END_TEST

START_TEST(json_is_valid_for_any_text)
{
    /* every character of one byte but line ends, some of more, and the C1 controls' neighbours */
    char message[256] = "";
    size_t len = 0;
    for (char c = 1; c > 0 && c < 127; c++) {
        if (c != '\n' && c != '\r') {
            message[len++] = c;
        }
    }
    strcpy(
        message + len,
        "\x7f\xc2\x80\xc2\x9f\xc2\xa0\xc3\x9b\xe2\x80\xa8\xe2\x80\xae\xf3\xa0\x81\x81\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf");
    struct buffer content = {0};
    buffer_add_format(&content, TS BEGIN "c@@k" END_OF(NODE) "%s", message);
    struct runlog runlog = {.report_count = 0};
    test_runlog_parse(&runlog, buffer_cstr(&content));
    char *text = printed(&runlog);
    for (const char *at = text; *at != '\0'; at++) {
        ck_assert((unsigned char)*at >= 0x20 || *at == '\n');
    }
    ck_assert_ptr_null(strstr(text, "\x7f"));
    ck_assert_ptr_null(strstr(text, "\xc2\x9f"));
    ck_assert_ptr_null(strstr(text, "\xe2\x80"));
    ck_assert_ptr_nonnull(strstr(text, "\\u202e\\udb40\\udc41\xf0\x9f\x98\x80"));
    json_t *json = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(json_object_get(json, "reports"), 0), "msg")),
                     message);
    ck_assert(json_is_null(json_object_get(json, "config_id")));
    json_decref(json);
    free(text);
    runlog_free(&runlog);
    buffer_free(&content);
}
END_TEST

START_TEST(json_without_reports)
{
    struct runlog runlog = {.report_count = 0};
    test_runlog_parse(&runlog, REPORT("a", "k", "m"));
    char type[] = "result_success";
    runlog_skip_event_types(&runlog, (char *const[]){type, NULL});
    char *text = printed(&runlog);
    json_t *json = json_loads(text, 0, NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "reports")), 0);
    ck_assert(json_is_array(json_object_get(json, "reports")));
    json_decref(json);
    free(text);
    runlog_free(&runlog);
}
END_TEST

START_TEST(json_tells_when_it_cannot_be_written)
{
    struct runlog runlog = {.report_count = 0};
    test_runlog_parse(&runlog, REPORT("a", "k", "m"));
    FILE *full = fopen("/dev/full", "w");
    ck_assert_ptr_nonnull(full);
    ck_assert(!runlog_json_print(&runlog, full));
    fclose(full);
    runlog_free(&runlog);
}
END_TEST

SUITE_MAIN("runlog", event_types_are_skipped, log_entries_are_stored_as_wanted,
           a_run_is_recognised_by_a_report_that_is_no_log_entry, free_leaves_an_empty_one,
           clear_gives_back_what_a_huge_run_took, json_has_this_form, json_is_valid_for_any_text, json_without_reports,
           json_tells_when_it_cannot_be_written)
