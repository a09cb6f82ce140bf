/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db and runs with huge texts, against a real PostgreSQL.
 */
#include <sys/resource.h>

#include "relay/report_db.h"
#include "relay/runlog_parse.h"
#include "support/made_database.h"
#include "support/suite.h"

enum { HUGE_TEXT = 32 << 20, LITTLE_KIB = 16 << 10 };

static struct made_database database;

static long memory_peak_kib(void)
{
    struct rusage usage;
    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static enum report_db_outcome store_text(struct report_db *db, const char *node_id, struct slice text)
{
    struct run_info info = {.compression = COMPRESSION_NONE};
    struct runlog runlog = {.report_count = 0};
    struct err err = {""};
    strcpy(info.node_id, node_id);
    ck_assert_msg(runlog_parse(&runlog, &info, text, &(struct runlog_limits){1000, SIZE_MAX}, &err), "%s", err.text);
    struct report_db_run run = {.runlog = &runlog};
    report_db_store(db, &run, 1);
    runlog_free(&runlog);
    return run.outcome;
}

#define TIME "2018-08-24T15:55:02+00:00 "
#define START_AND_NODE "@@2018-08-24 15:55:01+00:00##n1@#"

static struct buffer huge_run(const char *head, const char *end)
{
    struct buffer text = {0};
    buffer_reserve(&text, HUGE_TEXT + 1000);
    buffer_add_text(&text, head);
    memset(text.at + text.len, 'x', HUGE_TEXT);
    text.len += HUGE_TEXT;
    buffer_add_text(&text, end);
    return text;
}

/* Beside the run itself. Then it is known again, and another one of the same node and start is not taken for it. */
static void check_huge(const char *head, const char *end)
{
    struct err err;
    struct report_db *db = report_db_new(database.url, database.password, "test", &err);
    ck_assert_msg(db != NULL, "%s", err.text);
    made_database_run("TRUNCATE RudderSysEvents, ReportsExecution");
    struct buffer text = huge_run(head, end);
    ck_assert_int_eq(store_text(db, "n1", slice_from_str(TIME "R: @@p@@t@@r@@d@@0@@c@@k" START_AND_NODE "m\n")),
                     REPORT_DB_STORED);
    made_database_run("TRUNCATE RudderSysEvents, ReportsExecution");
    long before = memory_peak_kib();
    ck_assert_int_eq(store_text(db, "n1", buffer_slice(&text)), REPORT_DB_STORED);
    ck_assert_int_lt(memory_peak_kib() - before, LITTLE_KIB);
    ck_assert_int_eq(store_text(db, "n1", buffer_slice(&text)), REPORT_DB_DUPLICATE);
    ck_assert_int_eq(made_database_number("SELECT count(*) FROM RudderSysEvents"), 2);
    ck_assert_int_eq(made_database_number("SELECT max(length(component) + length(keyValue) + length(msg))"
                                          " FROM RudderSysEvents") >= HUGE_TEXT,
                     1);
    text.at[strlen(head) + HUGE_TEXT / 2] = 'y';
    ck_assert_int_eq(store_text(db, "n1", buffer_slice(&text)), REPORT_DB_REFUSED);
    buffer_free(&text);
    report_db_free(db);
}

#define CONTROL TIME "R: @@Common@@control@@rudder@@run@@0@@start@@cfg" START_AND_NODE "m\n"

START_TEST(a_huge_message)
{
    check_huge(TIME "R: @@p@@t@@r@@d@@0@@c@@k" START_AND_NODE, "\n" CONTROL);
}
END_TEST

START_TEST(a_huge_key)
{
    check_huge(TIME "R: @@p@@t@@r@@d@@0@@c@@", START_AND_NODE "m\n" CONTROL);
}
END_TEST

START_TEST(a_huge_component)
{
    check_huge(TIME "R: @@p@@t@@r@@d@@0@@", "@@k" START_AND_NODE "m\n" CONTROL);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_huge_message, a_huge_key, a_huge_component};
    if (!made_database_start(&database)) {
        return 77;
    }
    int status = suite_run("report_db_large", tests, sizeof tests / sizeof *tests);
    made_database_stop(&database);
    return status;
}
