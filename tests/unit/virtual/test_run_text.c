/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/run_text.h"

#include "support/suite.h"

enum { START = 1800000000, NOW = 1800000005 };

#define STAMP "2027-01-15T08:00:05+00:00 "
#define STARTED "2027-01-15 08:00:00+00:00"
#define FIRST                                                                                                          \
    "2027-01-15T08:00:00+00:00 R: @@Common@@control@@rudder@@run@@0@@start@@0@@" STARTED "##node@#Start execution\n"
#define LAST STAMP "R: @@Common@@control@@rudder@@run@@0@@end@@0@@" STARTED "##node@#End execution\n"
#define VERDICT(type, message)                                                                                         \
    STAMP "R: @@Virtual agent@@" type "@@virtual-agent@@virtual-agent@@0@@Virtual agent@@None@@" STARTED               \
          "##node@#" message "\n"
#define OWN(component) "R: @@p@@result_success@@r@@d@@0@@" component "@@k@@" STARTED "##node@#fine"

static const struct runlog_limits no_limits = {.reports = 1000, .bytes = SIZE_MAX};

static struct virtual_node *made_node(const char *settings)
{
    struct buffer text = {0};
    struct err err;
    buffer_add_format(&text, "node_id = \"node\"; command = [\"/bin/true\"]; %s", settings);
    struct virtual_node *node = virtual_node_parse("x.conf", buffer_slice(&text), &err);
    ck_assert_msg(node != NULL, "%s", err.text);
    buffer_free(&text);
    return node;
}

/* The run log of a command that printed this, byte by byte. */
static void assert_log(const char *settings, const char *printed, enum run_verdict verdict, const char *failure,
                       const char *wanted)
{
    struct virtual_node *node = made_node(settings);
    struct run_text text;
    struct buffer log = {0};
    struct err err;
    run_text_begin(&text, &node->settings, START);
    for (const char *byte = printed; *byte != '\0'; byte++) {
        run_text_take(&text, byte, 1, NOW);
    }
    run_text_end(&text, verdict, failure, NOW, &log);
    ck_assert_str_eq(buffer_cstr(&log), wanted);
    ck_assert_msg(run_text_check(buffer_slice(&log), &text, &no_limits, &err), "%s", err.text);
    run_text_free(&text);
    buffer_free(&log);
    virtual_node_drop(node);
}

START_TEST(a_silent_command_has_succeeded)
{
    assert_log("", "", RUN_VERDICT_OK, "", FIRST VERDICT("result_success", "The command has succeeded") LAST);
    assert_log("audit = true;", "", RUN_VERDICT_OK, "",
               FIRST VERDICT("audit_compliant", "The command has succeeded") LAST);
}
END_TEST

START_TEST(lines_become_log_entries_and_the_first_one_the_message)
{
    assert_log("", "one\n\n two", RUN_VERDICT_OK, "",
               FIRST STAMP "R: [INFO] one\n" STAMP "R: [INFO]  two\n" VERDICT("result_success", "one") LAST);
    assert_log("", "WARNING\r50 %\rCRITICAL: full\r\n", RUN_VERDICT_FAILED, "exit status 2",
               FIRST STAMP "R: [INFO] WARNING\n" STAMP "R: [INFO] 50 %\n" STAMP
                           "CRITICAL: full\n" VERDICT("result_error", "exit status 2: WARNING") LAST);
}
END_TEST

START_TEST(failures_are_reports)
{
    assert_log("", "", RUN_VERDICT_FAILED, "exit status 1", FIRST VERDICT("result_error", "exit status 1") LAST);
    assert_log("audit = true;", "", RUN_VERDICT_FAILED, "exit status 1",
               FIRST VERDICT("audit_noncompliant", "exit status 1") LAST);
    assert_log("audit = true;", "", RUN_VERDICT_BROKEN, "ended", FIRST VERDICT("audit_error", "ended") LAST);
}
END_TEST

START_TEST(reports_of_the_command_stay_as_they_are)
{
    assert_log("", OWN("c") "\nmore of it\nR: [DEBUG] x\n", RUN_VERDICT_OK, "",
               FIRST STAMP OWN("c") "\n" STAMP "more of it\n" STAMP "R: [DEBUG] x\n" LAST);
    assert_log("", "2027-01-15T08:00:03+00:00 " OWN("c"), RUN_VERDICT_FAILED, "exit status 1",
               FIRST "2027-01-15T08:00:03+00:00 " OWN("c") "\n" VERDICT("result_error", "exit status 1") LAST);
}
END_TEST

START_TEST(a_command_may_begin_and_end_the_run_itself)
{
    assert_log("", "R: @@Common@@control@@rudder@@run@@0@@start@@mine@@" STARTED "##node@#here\n" OWN("c") "\n" LAST,
               RUN_VERDICT_OK, "",
               STAMP "R: @@Common@@control@@rudder@@run@@0@@start@@mine@@" STARTED "##node@#here\n" STAMP OWN("c")
                     "\n" LAST);
    assert_log("config_id = \"c1\";", "R: @@Common@@control@@rudder@@run@@0@@start@@mine@@" STARTED "##node@#here\n",
               RUN_VERDICT_OK, "",
               STAMP "R: @@Common@@control@@rudder@@run@@0@@start@@mine@@" STARTED "##node@#here\n" VERDICT(
                   "result_success", "The command has succeeded") STAMP
               "R: @@Common@@control@@rudder@@run@@0@@end@@mine@@" STARTED "##node@#End execution\n");
}
END_TEST

START_TEST(colours_and_controls_are_left_out)
{
    assert_log("", "\033[1;31mred\033[0m\a \033]bell\tx\033[", RUN_VERDICT_OK, "",
               FIRST STAMP "R: [INFO] red ]bell\tx[\n" VERDICT("result_success", "red ]bell\tx[") LAST);
}
END_TEST

START_TEST(the_fields_are_those_of_the_file)
{
    assert_log("config_id = \"c1\"; policy = \"p\"; rule_id = \"r\"; directive_id = \"d\"; report_id = \"i\"; "
               "component = \"c\"; key = \"k\";",
               "", RUN_VERDICT_OK, "",
               "2027-01-15T08:00:00+00:00 R: @@Common@@control@@rudder@@run@@0@@start@@c1@@" STARTED
               "##node@#Start execution\n" STAMP "R: @@p@@result_success@@r@@d@@i@@c@@k@@" STARTED
               "##node@#The command has succeeded\n" STAMP
               "R: @@Common@@control@@rudder@@run@@0@@end@@c1@@" STARTED "##node@#End execution\n");
}
END_TEST

START_TEST(what_root_would_refuse_is_found)
{
    static const char *const printed[] = {
        "R: @@p@@result_success@@r@@d@@0@@c@@k@@" STARTED "##other@#not mine\n",
        "R: @@broken\n",
    };
    struct virtual_node *node = made_node("");
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) {
        struct run_text text;
        struct buffer log = {0};
        struct err err;
        run_text_begin(&text, &node->settings, START);
        run_text_take(&text, printed[i], strlen(printed[i]), NOW);
        run_text_end(&text, RUN_VERDICT_OK, "", NOW, &log);
        ck_assert(!run_text_check(buffer_slice(&log), &text, &no_limits, &err));
        ck_assert_str_ne(err.text, "");
        run_text_free(&text);
        buffer_free(&log);
    }
    virtual_node_drop(node);
}
END_TEST

SUITE_MAIN("run_text", a_silent_command_has_succeeded, lines_become_log_entries_and_the_first_one_the_message,
           failures_are_reports, reports_of_the_command_stay_as_they_are, a_command_may_begin_and_end_the_run_itself,
           colours_and_controls_are_left_out, the_fields_are_those_of_the_file, what_root_would_refuse_is_found)
