/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/suite.h"
#include "support/tmpdir.h"
#include "system/spool_totals.h"
#include "util/xmalloc.h"

/* A spool directory of run logs and one of inventories, open. */
struct made {
    struct tmpdir reports;
    struct tmpdir inventories;
    struct relay_config config;
    struct spool_set spools;
};

static struct made make(void)
{
    struct made made = {.reports = tmpdir_make(), .inventories = tmpdir_make()};
    ck_assert_int_eq(mkdirat(made.reports.fd, "incoming", 0700), 0);
    ck_assert_int_eq(mkdirat(made.reports.fd, "failed", 0700), 0);
    ck_assert_int_eq(mkdirat(made.inventories.fd, "incoming", 0700), 0);
    ck_assert_int_eq(mkdirat(made.inventories.fd, "accepted-nodes-updates", 0700), 0);
    ck_assert_int_eq(mkdirat(made.inventories.fd, "failed", 0700), 0);
    made.config.reporting.directory = xstrdup(made.reports.path);
    made.config.inventory.directory = xstrdup(made.inventories.path);
    spool_set_open(&made.spools, &made.config);
    return made;
}

static void drop(struct made *made)
{
    spool_set_close(&made->spools);
    free(made->config.reporting.directory);
    free(made->config.inventory.directory);
    tmpdir_remove(&made->reports);
    tmpdir_remove(&made->inventories);
}

static void waits(const struct spool *spool, const char *name, const char *text, time_t age)
{
    tmpdir_write(spool_incoming_fd(spool), name, text);
    tmpdir_age(spool_incoming_fd(spool), name, age);
}

static void fails(struct spool *spool, const char *name, const char *node, const char *reason)
{
    struct err err;
    tmpdir_write(spool_incoming_fd(spool), name, "1234");
    const struct spool_refusal refusal = {.node_id = node != NULL ? node : "", .reason = reason};
    ck_assert_int_eq(spool_quarantine(spool, name, NULL, &refusal, &err), SPOOL_LEFT);
}

START_TEST(nothing_is_all_zero)
{
    struct made made = make();
    struct spool_totals totals[RELAY_KINDS];
    spool_totals_read(&made.spools, totals);
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        ck_assert_uint_eq(totals[i].waiting.files, 0);
        ck_assert_uint_eq(totals[i].failed.files, 0);
        ck_assert_uint_eq(totals[i].failure_count, 0);
        ck_assert_str_eq(totals[i].err.text, "");
    }
    spool_totals_free(totals);
    drop(&made);
}
END_TEST

START_TEST(what_waits_and_what_failed_each_in_its_spool)
{
    struct made made = make();
    struct spool_totals totals[RELAY_KINDS];
    waits(made.spools.each[0], "a.log", "12345", 100);
    waits(made.spools.each[0], "b.log", "123", 4000);
    waits(made.spools.each[0], ".b.tmp", "123", 9000);
    waits(made.spools.each[2], "c.ocs", "1", 10);
    fails(made.spools.each[1], "d.ocs", NULL, "too large");
    fails(made.spools.each[2], "e.ocs", NULL, "too small");
    tmpdir_write(spool_failed_fd(made.spools.each[1]), "f.ocs", "123456"); /* no reason */
    spool_totals_read(&made.spools, totals);
    ck_assert_uint_eq(totals[0].waiting.files, 2);
    ck_assert_int_eq(totals[0].waiting.bytes, 8);
    ck_assert_int_le(totals[0].waiting.oldest, time(NULL) - 4000);
    ck_assert_int_ge(totals[0].waiting.oldest, time(NULL) - 4100);
    ck_assert_uint_eq(totals[1].waiting.files, 0);
    ck_assert_uint_eq(totals[2].waiting.files, 1);
    ck_assert_uint_eq(totals[1].failed.files, 2);
    ck_assert_int_eq(totals[1].failed.bytes, 10);
    ck_assert_uint_eq(totals[1].failure_count, 2);
    ck_assert_str_eq(totals[1].failures[0].reason, "");
    ck_assert_str_eq(totals[1].failures[1].reason, "too large");
    ck_assert_uint_eq(totals[2].failed.files, 1);
    ck_assert_str_eq(totals[2].failures[0].reason, "too small");
    spool_totals_free(totals);
    drop(&made);
}
END_TEST

START_TEST(the_same_trouble_of_several_nodes_is_one)
{
    struct made made = make();
    struct spool_totals totals[RELAY_KINDS];
    fails(made.spools.each[0], "a.log", "n1", "unknown node n1: it is not in the node list");
    fails(made.spools.each[0], "b.log", "n2", "unknown node n2: it is not in the node list");
    fails(made.spools.each[0], "c.log", "n2", "the file has 77 bytes");
    spool_totals_read(&made.spools, totals);
    ck_assert_uint_eq(totals[0].failure_count, 2);
    ck_assert_str_eq(totals[0].failures[0].reason, "unknown node …: it is not in the node list");
    ck_assert_uint_eq(totals[0].failures[0].total.files, 2);
    ck_assert_int_eq(totals[0].failures[0].total.bytes, 8);
    ck_assert_str_eq(totals[0].failures[1].reason, "the file has … bytes");
    spool_totals_free(totals);
    drop(&made);
}
END_TEST

START_TEST(many_kinds_become_a_list_and_others)
{
    struct made made = make();
    struct spool_totals totals[RELAY_KINDS];
    for (size_t i = 0; i < 2 * SPOOL_FAILURES; i++) {
        char name[32], reason[32];
        snprintf(name, sizeof name, "%zu.log", i);
        snprintf(reason, sizeof reason, "reason x%02zu", i < 5 ? 0 : i);
        fails(made.spools.each[0], name, "n", reason);
    }
    spool_totals_read(&made.spools, totals);
    ck_assert_uint_eq(totals[0].failed.files, 2 * SPOOL_FAILURES);
    ck_assert_uint_eq(totals[0].failure_count, SPOOL_FAILURES);
    ck_assert_str_eq(totals[0].failures[0].reason, "reason x00");
    ck_assert_uint_eq(totals[0].failures[0].total.files, 5);
    ck_assert_str_eq(totals[0].failures[1].reason, "reason x05");
    const struct spool_failure *rest = &totals[0].failures[SPOOL_FAILURES - 1];
    ck_assert_str_eq(rest->reason, "other reasons");
    ck_assert_uint_eq(rest->total.files, 2 * SPOOL_FAILURES - 5 - (SPOOL_FAILURES - 2));
    spool_totals_free(totals);
    drop(&made);
}
END_TEST

START_TEST(a_directory_that_is_not_there_costs_only_its_own_figures)
{
    struct made made = make();
    struct spool_totals totals[RELAY_KINDS];
    spool_set_close(&made.spools);
    ck_assert_int_eq(unlinkat(made.inventories.fd, "incoming", AT_REMOVEDIR), 0);
    spool_set_open(&made.spools, &made.config);
    fails(made.spools.each[2], "e.ocs", NULL, "too small");
    spool_totals_read(&made.spools, totals);
    ck_assert_ptr_nonnull(strstr(totals[1].err.text, "No such file"));
    ck_assert_uint_eq(totals[2].failed.files, 1);
    ck_assert_str_eq(totals[0].err.text, "");
    spool_totals_free(totals);
    drop(&made);
}
END_TEST

START_TEST(what_is_particular_in_a_reason)
{
    static const struct {
        const char *reason, *kind;
    } cases[] = {
        {"", ""},
        {"the report on line 14 is of node 'x', but the run log of node 'n1'",
         "the report on line … is of node '…', but the run log of node '…'"},
        {"digest algorithm SHA-256 and md5", "digest algorithm SHA-256 and md5"},
        {"unknown node 3f2c5a90-1111-4abc-8def-000000000001: no", "unknown node …: no"},
        {"a dead beef: fade 10.0.0.1.", "a dead beef: fade …."},
        {" '1' ", " '…' "},
        {"it's of 'x y, z', or n1's", "it's of '…', or …'s"},
        {"'a b' ('c'), ''d'', '", "'…' ('…'), '…', '"},
        {"rock 'n roll", "rock 'n roll"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer kind = {0};
        spool_failure_kind(cases[i].reason, "n1", &kind);
        ck_assert_str_eq(buffer_cstr(&kind), cases[i].kind);
        buffer_free(&kind);
    }
}
END_TEST

SUITE_MAIN("spool_totals", nothing_is_all_zero, what_waits_and_what_failed_each_in_its_spool,
           the_same_trouble_of_several_nodes_is_one, many_kinds_become_a_list_and_others,
           a_directory_that_is_not_there_costs_only_its_own_figures, what_is_particular_in_a_reason)
