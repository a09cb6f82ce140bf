/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/spool_source.h"

#include "support/made_relay.h"
#include "support/suite.h"
#include "util/clock.h"

#define N1 MADE_RUN("n1")

static struct made_relay relay;
static struct spool_source source;

static void source_set_up(enum relay_kind kind)
{
    made_relay_open(&relay);
    source = made_relay_source(&relay, kind);
}

static void source_tear_down(void)
{
    spool_source_close(&source);
    made_relay_close(&relay);
}

static const char *source_next_name(void)
{
    struct queued_run *run = dispatch_take(source.dispatch);
    return run != NULL ? queued_run_name(run) : "";
}

START_TEST(each_kind_has_its_directory_and_order)
{
    static const char *const files[RELAY_UPLOAD_KINDS] = {
        [RELAY_KIND_REPORT] = "reports/incoming/" N1,
        [RELAY_KIND_INVENTORY] = "inventories/incoming/n1.ocs.sign",
        [RELAY_KIND_INVENTORY_UPDATE] = "inventories/accepted-nodes-updates/n1.ocs.sign",
    };
    made_relay_open(&relay);
    tmpdir_write(relay.directory.fd, "reports/incoming/" MADE_RUN("n2") ".part", "not wanted");
    tmpdir_write(relay.directory.fd, "inventories/incoming/n1.ocs", "x");
    tmpdir_write(relay.directory.fd, "inventories/accepted-nodes-updates/n1.ocs", "x");
    for (enum relay_kind kind = 0; kind <= RELAY_KIND_INVENTORY_UPDATE; kind++) {
        int64_t next_ms;
        tmpdir_write(relay.directory.fd, files[kind], "x");
        source = made_relay_source(&relay, kind);
        ck_assert_int_eq(source.output, RELAY_OUTPUT_UPSTREAM);
        ck_assert(spool_source_scan_if_due(&source, &next_ms));
        ck_assert_uint_eq(dispatch_count(source.dispatch), kind == RELAY_KIND_REPORT ? 1 : 2);
        ck_assert_str_eq(source_next_name(), strrchr(files[kind], '/') + 1); /* signatures first */
        spool_source_close(&source);
    }
    made_relay_close(&relay);
}
END_TEST

/* For the database runs are gathered; nothing else is. */
START_TEST(only_runs_for_the_database_make_batches)
{
    made_relay_open(&relay);
    relay.config.reporting.batch_runs = 2;
    relay.config.reporting.batch_interval_ms = 3600000;
    for (int database = 0; database <= 1; database++) {
        relay.config.reporting.output = database ? RELAY_OUTPUT_DATABASE : RELAY_OUTPUT_UPSTREAM;
        source = made_relay_source(&relay, RELAY_KIND_REPORT);
        dispatch_arrived(source.dispatch, N1);
        ck_assert(dispatch_begin(source.dispatch));
        (void)source_next_name();
        dispatch_arrived(source.dispatch, MADE_RUN("n2"));
        if (database) { /* a second batch would begin in an hour, unless it is whole */
            dispatch_arrived(source.dispatch, MADE_RUN("bare"));
        }
        ck_assert(dispatch_begin(source.dispatch));
        spool_source_close(&source);
    }
    made_relay_close(&relay);
}
END_TEST

START_TEST(a_directory_that_is_missing_is_an_error)
{
    struct err err = {0};
    made_relay_open(&relay);
    ck_assert_int_eq(unlinkat(relay.directory.fd, "inventories/accepted-nodes-updates", AT_REMOVEDIR), 0);
    source = (struct spool_source){.kind = RELAY_KIND_INVENTORY_UPDATE};
    ck_assert(!spool_source_open(&source, &relay.config, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "accepted-nodes-updates"));
    source_tear_down();
}
END_TEST

START_TEST(it_scans_when_it_is_time_to)
{
    int64_t next_ms;
    source_set_up(RELAY_KIND_REPORT);
    made_relay_put_run(&relay, &relay.n1, "n1", N1);
    ck_assert(spool_source_scan_if_due(&source, &next_ms)); /* at once at the start */
    ck_assert_int_gt(next_ms, clock_ms() + 3000000);
    ck_assert_int_le(next_ms, clock_ms() + 3600000);
    ck_assert_str_eq(source_next_name(), N1);
    made_relay_put_run(&relay, &relay.n2, "n2", MADE_RUN("n2"));
    ck_assert(spool_source_scan_if_due(&source, &next_ms));
    ck_assert_str_eq(source_next_name(), "");
    source.next_scan_ms = clock_ms();
    ck_assert(spool_source_scan_if_due(&source, &next_ms));
    ck_assert_str_eq(source_next_name(), MADE_RUN("n2"));
    source_tear_down();
}
END_TEST

START_TEST(notifications_come_through)
{
    source_set_up(RELAY_KIND_REPORT);
    made_relay_put_run(&relay, &relay.n1, "n1", N1);
    ck_assert(spool_source_read_events(&source));
    ck_assert_str_eq(source_next_name(), N1);
    source_tear_down();
}
END_TEST

/* The kernel says nothing of a directory that is removed while it is open. */
START_TEST(a_removed_directory_is_noticed_by_the_scan)
{
    int64_t next_ms;
    source_set_up(RELAY_KIND_REPORT);
    ck_assert_int_eq(unlinkat(relay.directory.fd, "reports/incoming", AT_REMOVEDIR), 0);
    ck_assert(!spool_source_scan_if_due(&source, &next_ms));
    ck_assert_int_eq(mkdirat(relay.directory.fd, "reports/incoming", 0700), 0);
    ck_assert(!spool_source_scan_if_due(&source, &next_ms)); /* another one in its place is not ours */
    source_tear_down();
}
END_TEST

START_TEST(a_moved_directory_is_noticed_at_once)
{
    source_set_up(RELAY_KIND_REPORT);
    ck_assert_int_eq(renameat(relay.directory.fd, "reports/incoming", relay.directory.fd, "elsewhere"), 0);
    ck_assert(!spool_source_read_events(&source));
    source_tear_down();
}
END_TEST

/* Lost notifications bring the next scan forward. */
START_TEST(after_lost_notifications_it_scans)
{
    long queued_max = 0;
    int64_t next_ms;
    source_set_up(RELAY_KIND_REPORT);
    ck_assert(spool_source_scan_if_due(&source, &next_ms));
    FILE *limit = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    ck_assert_ptr_nonnull(limit);
    ck_assert_int_eq(fscanf(limit, "%ld", &queued_max), 1);
    fclose(limit);
    tmpdir_write(relay.reports_fd, "a", "");
    for (long i = 0; i < queued_max + 2; i++) {
        const char *names[] = {"a", "b"};
        ck_assert_int_eq(renameat(relay.reports_fd, names[i % 2], relay.reports_fd, names[(i + 1) % 2]), 0);
    }
    made_relay_put_run(&relay, &relay.n1, "n1", N1); /* nobody is told of this one */
    ck_assert(spool_source_read_events(&source));
    ck_assert_str_eq(source_next_name(), "");
    ck_assert(spool_source_scan_if_due(&source, &next_ms));
    ck_assert_str_eq(source_next_name(), N1);
    source_tear_down();
}
END_TEST

SUITE_MAIN("spool_source", each_kind_has_its_directory_and_order, only_runs_for_the_database_make_batches,
           a_directory_that_is_missing_is_an_error, it_scans_when_it_is_time_to, notifications_come_through,
           a_removed_directory_is_noticed_by_the_scan, a_moved_directory_is_noticed_at_once,
           after_lost_notifications_it_scans)
