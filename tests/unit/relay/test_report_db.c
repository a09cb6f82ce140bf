/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What of report_db needs no database. The rest is in tests/e2e/store-*.test.
 */
#include <string.h>
#include <unistd.h>

#include "relay/report_db.h"
#include "relay/report_db_batch.h"
#include "relay/report_db_binary.h"
#include "relay/report_db_conninfo.h"
#include "support/made_run.h"
#include "support/suite.h"

static void assert_bytes(const struct buffer *got, const char *wanted, size_t len)
{
    ck_assert_uint_eq(got->len, len);
    ck_assert_mem_eq(got->at, wanted, len);
}

#define ASSERT_BYTES(got, wanted) assert_bytes(got, wanted, sizeof(wanted) - 1)

START_TEST(copy_is_framed_as_documented)
{
    struct buffer out = {0};
    report_db_binary_copy_header(&out);
    ASSERT_BYTES(&out, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0");
    buffer_clear(&out);
    report_db_binary_copy_trailer(&out);
    ASSERT_BYTES(&out, "\377\377");
    buffer_free(&out);
}
END_TEST

START_TEST(copy_row_has_the_columns_in_order)
{
    struct report_origin origin = {.policy = slice_from_str("po"),
                                   .rule_id = slice_from_str("ru"),
                                   .directive_id = slice_from_str("dir"),
                                   .report_id = slice_from_str("0"),
                                   .component = slice_from_str("\xc3\xa9"),
                                   .key_value = {NULL, 0},
                                   .start = {946684800, 0, 120}}; /* 2000-01-01T00:00:00Z */
    struct report report = {.origin = &origin,
                            .event_type = slice_from_str("ev"),
                            .message = slice_from_str("m"),
                            .executed = {946684799, 999999000, 0}};
    struct buffer out = {0};
    report_db_binary_copy_row(&out, 0x0102030405060708, slice_from_str("n"), &report);
    ASSERT_BYTES(&out, "\0\14"
                       "\0\0\0\10\1\2\3\4\5\6\7\10"                /* id */
                       "\0\0\0\10\377\377\377\377\377\377\377\377" /* executionDate: -1 microsecond */
                       "\0\0\0\1n\0\0\0\3dir\0\0\0\2ru\0\0\0\1"
                       "0"                               /* nodeId, directiveId, ruleId, reportId */
                       "\0\0\0\2\xc3\xa9\0\0\0\0"        /* component, keyValue */
                       "\0\0\0\10\0\0\0\0\0\0\0\0"       /* executionTimeStamp */
                       "\0\0\0\2ev\0\0\0\2po\0\0\0\1m"); /* eventType, policy, msg */
    buffer_free(&out);
}
END_TEST

START_TEST(arrays_are_framed_as_documented)
{
    struct buffer out = {0};
    report_db_binary_array(&out, PG_TEXT_ARRAY, 2, true);
    report_db_binary_text(&out, slice_from_str("ab"));
    report_db_binary_null(&out);
    ASSERT_BYTES(&out, "\0\0\0\1\0\0\0\1\0\0\0\31\0\0\0\2\0\0\0\1"
                       "\0\0\0\2ab\377\377\377\377");
    buffer_clear(&out);
    report_db_binary_array(&out, PG_BOOL_ARRAY, 2, false);
    report_db_binary_bool(&out, true);
    report_db_binary_bool(&out, false);
    ASSERT_BYTES(&out, "\0\0\0\1\0\0\0\0\0\0\0\20\0\0\0\2\0\0\0\1"
                       "\0\0\0\1\1\0\0\0\1\0");
    buffer_free(&out);
}
END_TEST

static const char *report_db_value_of(const struct report_db_conninfo *conninfo, const char *keyword)
{
    const char *found = NULL;
    for (size_t i = 0; conninfo->keywords[i] != NULL; i++) {
        if (strcmp(conninfo->keywords[i], keyword) == 0) {
            ck_assert_ptr_null(found); /* once */
            found = conninfo->values[i];
        }
    }
    return found;
}

START_TEST(conninfo_adds_what_the_url_does_not_say)
{
    struct report_db_conninfo conninfo = {0};
    struct err err;
    const char *password = "p@/:%' \\x";
    ck_assert(report_db_conninfo_make(&conninfo, "postgres://rudder@127.0.0.1/rudder", password, "relay", &err));
    ck_assert_str_eq(report_db_value_of(&conninfo, "user"), "rudder");
    ck_assert_str_eq(report_db_value_of(&conninfo, "host"), "127.0.0.1");
    ck_assert_str_eq(report_db_value_of(&conninfo, "dbname"), "rudder");
    ck_assert_str_eq(report_db_value_of(&conninfo, "password"), password);
    ck_assert_str_eq(report_db_value_of(&conninfo, "application_name"), "relay");
    ck_assert_str_eq(report_db_value_of(&conninfo, "client_encoding"), "UTF8");
    ck_assert_ptr_nonnull(report_db_value_of(&conninfo, "connect_timeout"));
    ck_assert_ptr_nonnull(report_db_value_of(&conninfo, "tcp_user_timeout"));
    ck_assert_ptr_null(report_db_value_of(&conninfo, "target_session_attrs"));
    ck_assert_uint_eq(report_db_conninfo_hosts(&conninfo), 1);
    report_db_conninfo_next_host(&conninfo);
    ck_assert_str_eq(report_db_value_of(&conninfo, "host"), "127.0.0.1");
    report_db_conninfo_free(&conninfo);
    report_db_conninfo_free(&conninfo); /* twice is harmless */
}
END_TEST

START_TEST(conninfo_leaves_what_the_url_says)
{
    struct report_db_conninfo conninfo = {0};
    struct err err;
    ck_assert(report_db_conninfo_make(&conninfo,
                                      "postgresql://u:p%40w@h1:1,h2:2/d?connect_timeout=3&application_name=mine"
                                      "&client_encoding=LATIN1&keepalives_idle=5",
                                      "other", "relay", &err));
    report_db_conninfo_set_password(&conninfo, strdup("changed"));
    ck_assert_str_eq(report_db_value_of(&conninfo, "password"), "p@w");
    ck_assert_str_eq(report_db_value_of(&conninfo, "connect_timeout"), "3");
    ck_assert_str_eq(report_db_value_of(&conninfo, "application_name"), "mine");
    ck_assert_str_eq(report_db_value_of(&conninfo, "client_encoding"), "UTF8"); /* but this */
    ck_assert_str_eq(report_db_value_of(&conninfo, "keepalives_idle"), "5");
    report_db_conninfo_free(&conninfo);
    ck_assert(report_db_conninfo_make(&conninfo, "host=/run/pg user=u dbname=a@b target_session_attrs=any", NULL, NULL,
                                      &err));
    ck_assert_str_eq(report_db_value_of(&conninfo, "host"), "/run/pg");
    ck_assert_str_eq(report_db_value_of(&conninfo, "dbname"), "a@b");
    ck_assert_str_eq(report_db_value_of(&conninfo, "target_session_attrs"), "any");
    ck_assert_str_eq(report_db_value_of(&conninfo, "password"), ""); /* to libpq, this is none */
    report_db_conninfo_set_password(&conninfo, strdup("given later"));
    ck_assert_str_eq(report_db_value_of(&conninfo, "password"), "given later");
    report_db_conninfo_set_password(&conninfo, strdup("and changed"));
    ck_assert_str_eq(report_db_value_of(&conninfo, "password"), "and changed");
    report_db_conninfo_free(&conninfo);
}
END_TEST

START_TEST(hosts_take_turns_at_being_the_first)
{
    struct report_db_conninfo conninfo = {0};
    struct err err;
    ck_assert(report_db_conninfo_make(&conninfo, "postgres://u@db1.example:1,b:22,c:333/a,b", NULL, NULL, &err));
    ck_assert_uint_eq(report_db_conninfo_hosts(&conninfo), 3);
    report_db_conninfo_next_host(&conninfo);
    ck_assert_str_eq(report_db_value_of(&conninfo, "host"), "b,c,db1.example");
    ck_assert_str_eq(report_db_value_of(&conninfo, "port"), "22,333,1");
    ck_assert_str_eq(report_db_value_of(&conninfo, "dbname"), "a,b");
    report_db_conninfo_next_host(&conninfo);
    report_db_conninfo_next_host(&conninfo);
    ck_assert_str_eq(report_db_value_of(&conninfo, "host"), "db1.example,b,c");
    ck_assert_str_eq(report_db_value_of(&conninfo, "port"), "1,22,333");
    report_db_conninfo_free(&conninfo);
    ck_assert(report_db_conninfo_make(&conninfo, "hostaddr=127.0.0.1,,::1 port=6432", NULL, NULL, &err));
    ck_assert_uint_eq(report_db_conninfo_hosts(&conninfo), 3);
    report_db_conninfo_next_host(&conninfo);
    ck_assert_str_eq(report_db_value_of(&conninfo, "hostaddr"), ",::1,127.0.0.1");
    ck_assert_str_eq(report_db_value_of(&conninfo, "port"), "6432");
    report_db_conninfo_free(&conninfo);
}
END_TEST

/* Each with the password s3cret, or a piece of it, in a place where libpq does not expect one. */
static const char *const malformed[] = {
    "postgres://rudder:s3@s3cret@host/db",
    "postgres://rudder:s3/s3cret@host/db",
    "postgres://rudder:s3:s3cret@@host/db",
    "postgres://rudder:s3cret%4@host/db",
    "postgres://rudder:s3cret%00@host/db",
    "postgres://rudder:s3cret/db",
    "postgres://host/db?password=s3cret=x",
    "postgres://host/db?s3cret=1",
    "postgres://rudder:x@[s3cret/db",
    "host=h password=s3 s3cret",
    "host=h password='s3cret",
    "s3cret",
    "host=h s3cret = 1",
    "postgres://host/db?password=%s3cret",
    "postgres://rudder:s3#s3cret/x@host:1/db",
};

START_TEST(malformed_urls_are_refused_without_a_word_of_the_password)
{
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        struct err err = {""};
        ck_assert_msg(report_db_new(malformed[i], "s3cret", "test", &err) == NULL, "%s", malformed[i]);
        ck_assert_msg(strncmp(err.text, "malformed url: ", 15) == 0, "%s", err.text);
        ck_assert_msg(strstr(err.text, "s3") == NULL && strstr(err.text, "cret") == NULL, "%s", err.text);
    }
}
END_TEST

START_TEST(unreachable_is_down_for_all_but_empty_runs)
{
    struct err err;
    struct report_db *db = report_db_new("host=/nonexistent user=u password=s3cret", NULL, "test", &err);
    ck_assert_ptr_nonnull(db);
    struct runlog runlogs[3] = {0};
    struct report_db_run runs[3] = {0};
    for (int i = 0; i < 3; i++) {
        made_run_fill(&runlogs[i], &(struct made_run){.node_id = "n", .start = 1500000000, .reports = i == 1 ? 0 : 2});
        runs[i].runlog = &runlogs[i];
    }
    report_db_store(db, runs, 3);
    ck_assert_int_eq(runs[0].outcome, REPORT_DB_DOWN);
    ck_assert_int_eq(runs[1].outcome, REPORT_DB_STORED);
    ck_assert_int_eq(runs[2].outcome, REPORT_DB_DOWN);
    ck_assert_ptr_nonnull(strstr(runs[2].reason.text, "/nonexistent"));
    ck_assert_ptr_null(strstr(runs[2].reason.text, "s3cret"));
    ck_assert(!report_db_probe(db, &err));
    ck_assert_str_eq(err.text, runs[2].reason.text);
    ck_assert(!report_db_probe(db, NULL));
    report_db_store(db, runs, 0);
    for (int i = 0; i < 3; i++) {
        arena_free(&runlogs[i].arena);
    }
    report_db_free(db);
    report_db_free(NULL);
}
END_TEST

/* Forwarders of different releases share databases: the key of a run must never change. */
#define KEY_OF_ROOT INT64_C(8459279978807859273)

START_TEST(keys_stay_and_differ)
{
    struct runlog runlog = {0};
    made_run_fill(&runlog, &(struct made_run){.node_id = "root", .start = 1500000000, .reports = 1});
    ck_assert_int_eq(report_db_batch_key(&runlog), KEY_OF_ROOT);
    runlog.reports[0].executed.seconds++;
    ck_assert_int_eq(report_db_batch_key(&runlog), KEY_OF_ROOT);
    strcpy(runlog.info.node_id, "roo");
    ck_assert_int_ne(report_db_batch_key(&runlog), KEY_OF_ROOT);
    arena_free(&runlog.arena);
    runlog = (struct runlog){0};
    made_run_fill(&runlog, &(struct made_run){.node_id = "root", .start = 1500000001, .reports = 1});
    ck_assert_int_ne(report_db_batch_key(&runlog), KEY_OF_ROOT);
    arena_free(&runlog.arena);
}
END_TEST

SUITE_MAIN("report_db", copy_is_framed_as_documented, copy_row_has_the_columns_in_order,
           arrays_are_framed_as_documented, conninfo_adds_what_the_url_does_not_say, conninfo_leaves_what_the_url_says,
           hosts_take_turns_at_being_the_first,
           malformed_urls_are_refused_without_a_word_of_the_password, unreachable_is_down_for_all_but_empty_runs,
           keys_stay_and_differ)
