/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * worker against a real PostgreSQL, one for all tests.
 */
#include "forwarder/worker.h"

#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "support/made_database.h"
#include "support/made_relay.h"
#include "support/suite.h"
#include "util/clock.h"
#include "util/xmalloc.h"

#define WAIT_FOR(condition)                                                                                            \
    for (int64_t until_ms_ = clock_ms() + 60000; !(condition); usleep(2000)) {                                         \
        ck_assert_msg(clock_ms() < until_ms_, "waited in vain for %s", #condition);                                    \
    }

static const struct backoff quick = {.first_ms = 10, .ceiling_ms = 100};
static const struct backoff never = {.first_ms = 3600000, .ceiling_ms = 3600000};

static struct made_database database;
static struct made_relay relay;
static struct spool_source source;
static struct worker_shared shared;
static struct worker *worker;
static int64_t period_ms = 600000;

static void worker_set_up(void)
{
    if (made_database_number("SELECT count(*) FROM pg_class WHERE relname = 'hidden'") > 0) { /* a test before failed */
        made_database_run("ALTER TABLE hidden RENAME TO RudderSysEvents");
    }
    made_database_run("TRUNCATE RudderSysEvents, ReportsExecution");
    made_database_run("ALTER ROLE rudder LOGIN");
    made_database_run("DROP TRIGGER IF EXISTS test ON RudderSysEvents");
    made_relay_open(&relay);
    relay.config.reporting.output = RELAY_OUTPUT_DATABASE;
    relay.config.database.url = database.url;
    relay.config.database.password = database.password;
    relay.config.database.password_file = xasprintf("%s/password", relay.directory.path);
    tmpdir_write(relay.directory.fd, "password", database.password);
    relay.config.database.statement_timeout = 60;
    source = made_relay_source(&relay, RELAY_KIND_REPORT);
}

static void scan_reports(void)
{
    int64_t next_ms;
    source.next_scan_ms = 0;
    ck_assert(spool_source_scan_if_due(&source, &next_ms));
}

static void start_worker(void)
{
    struct err err;
    scan_reports();
    shared = (struct worker_shared){.config = &relay.config,
                                    .source = &source,
                                    .breaker = db_breaker_new(&quick, relay.state),
                                    .faults = run_faults_new(period_ms),
                                    .attempts = attempts_open(source.spool, 1),
                                    .stop_fd = eventfd(0, EFD_CLOEXEC)};
    worker = worker_start(&shared, 1, &err);
    ck_assert_msg(worker != NULL, "%s", err.text);
}

static void worker_end(void)
{
    dispatch_stop(source.dispatch);
    db_breaker_stop(shared.breaker);
    eventfd_write(shared.stop_fd, 1);
    ck_assert(worker_join(worker, clock_ms() + 60000));
    db_breaker_free(shared.breaker);
    run_faults_free(shared.faults);
    attempts_close(shared.attempts);
    close(shared.stop_fd);
}

static void worker_tear_down(void)
{
    spool_source_close(&source);
    free(relay.config.database.password_file);
    made_relay_close(&relay);
}

/* A run of the node, started so many seconds after 15:55; the latest one is the first in the queue. */
static void put_run_of(const char *node_id, int start_s, size_t message_len)
{
    const struct identity *signer = strcmp(node_id, "n2") == 0 ? &relay.n2 : &relay.n1;
    char *name = xasprintf("2018-08-24T15:55:%02d+00:00@%s.log", start_s, node_id);
    struct buffer run =
        made_relay_run(signer, &(struct made_content){node_id, "result_success", 2, message_len, start_s});
    made_relay_put(&relay, name, buffer_slice(&run));
    buffer_free(&run);
    free(name);
}

static size_t files_left(void)
{
    return spool_count(relay.reports_fd, 1000);
}

static uint64_t report_count(enum relay_report_result result)
{
    return made_relay_count(&relay, METRIC_REPORTS, result, 0);
}

static uint64_t retry_count(void)
{
    return made_relay_count(&relay, METRIC_RETRIES, RELAY_KIND_REPORT, 0);
}

static enum relay_peer_state database_state(void)
{
    struct relay_peer_report report;
    relay_state_peer(relay.state, RELAY_PEER_DATABASE, &report);
    return report.state;
}

static long runs_stored(void)
{
    return made_database_number("SELECT count(DISTINCT (nodeId, executionTimeStamp)) FROM RudderSysEvents");
}

static long transactions(void)
{
    return made_database_number("SELECT count(DISTINCT xmin::text) FROM RudderSysEvents");
}

/* A trigger that acts on the reports of n2. */
static void trigger_on_n2(const char *action)
{
    char *function = xasprintf("CREATE OR REPLACE FUNCTION test() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
                               "$$ BEGIN %s; RETURN NEW; END $$",
                               action);
    made_database_run(function);
    made_database_run("CREATE TRIGGER test BEFORE INSERT ON RudderSysEvents FOR EACH ROW WHEN (NEW.nodeId = 'n2') "
                      "EXECUTE FUNCTION test()");
    free(function);
}

START_TEST(runs_are_stored_and_leave_the_spool)
{
    worker_set_up();
    put_run_of("n1", 1, 10);
    put_run_of("n1", 2, 10);
    put_run_of("n2", 3, 10);
    start_worker();
    WAIT_FOR(files_left() == 0);
    put_run_of("n2", 4, 10); /* another batch */
    scan_reports();
    WAIT_FOR(files_left() == 0);
    worker_end();
    ck_assert_int_eq(runs_stored(), 4);
    ck_assert_int_eq(made_database_number("SELECT count(*) FROM RudderSysEvents"), 8);
    ck_assert_int_eq(transactions(), 2);
    ck_assert_uint_eq(report_count(RELAY_REPORT_OK), 4);
    ck_assert_uint_eq(retry_count(), 0);
    ck_assert_int_eq(database_state(), RELAY_PEER_UP);
    worker_tear_down();
}
END_TEST

START_TEST(a_run_that_was_stored_before_leaves_as_a_duplicate)
{
    worker_set_up();
    put_run_of("n1", 1, 10);
    start_worker();
    WAIT_FOR(files_left() == 0);
    put_run_of("n1", 1, 10);
    WAIT_FOR((scan_reports(), files_left() == 0)); /* a scan passes over a name that is still in work */
    worker_end();
    ck_assert_int_eq(made_database_number("SELECT count(*) FROM RudderSysEvents"), 2);
    ck_assert_uint_eq(report_count(RELAY_REPORT_OK), 1);
    ck_assert_uint_eq(made_relay_count(&relay, METRIC_DUPLICATES, 0, 0), 1);
    worker_tear_down();
}
END_TEST

START_TEST(what_can_never_be_stored_goes_to_failed)
{
    worker_set_up();
    made_relay_put_run(&relay, &relay.n2, "n1", "2018-08-24T15:55:09+00:00@n1.log"); /* signed by another node */
    put_run_of("n1", 1, 10);
    put_run_of("n2", 2, 10); /* the database does not accept its data */
    trigger_on_n2("RAISE character_not_in_repertoire USING MESSAGE = 'no such data'");
    start_worker();
    WAIT_FOR(files_left() == 0);
    worker_end();
    ck_assert_int_eq(runs_stored(), 1);
    ck_assert(tmpdir_has(relay.directory.fd, "reports/failed/2018-08-24T15:55:09+00:00@n1.log"));
    ck_assert(tmpdir_has(relay.directory.fd, "reports/failed/2018-08-24T15:55:02+00:00@n2.log"));
    ck_assert(!tmpdir_has(relay.directory.fd, "reports/failed/2018-08-24T15:55:01+00:00@n1.log"));
    ck_assert_uint_eq(report_count(RELAY_REPORT_OK), 1);
    ck_assert_uint_eq(report_count(RELAY_REPORT_ERROR), 2);
    worker_tear_down();
}
END_TEST

static bool last_error_says(const char *text)
{
    struct relay_last_error error;
    relay_state_last_error(relay.state, &error);
    return strstr(error.text, text) != NULL;
}

/* The server ends the session whenever the run of n2 is stored. It is the newest, so all others are behind it. Tried
 * once more, with nothing else to store, it would look like a database that is down. */
START_TEST(a_run_that_breaks_the_connection_holds_up_no_other)
{
    worker_set_up();
    source.retry = &never;
    put_run_of("n1", 1, 10);
    put_run_of("n1", 2, 10);
    put_run_of("n2", 3, 10);
    trigger_on_n2("PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(10)");
    start_worker();
    WAIT_FOR(files_left() == 1);
    WAIT_FOR(database_state() == RELAY_PEER_UP);
    ck_assert_int_eq(runs_stored(), 2);
    ck_assert_uint_ge(retry_count(), 1);
    ck_assert(last_error_says("the connection broke with this run alone"));
    made_database_run("DROP TRIGGER test ON RudderSysEvents");
    dispatch_flush_deferred(source.dispatch);
    WAIT_FOR(files_left() == 0);
    worker_end();
    ck_assert_int_eq(runs_stored(), 3);
    ck_assert_uint_eq(report_count(RELAY_REPORT_ERROR), 0);
    worker_tear_down();
}
END_TEST

START_TEST(runs_wait_while_the_database_cannot_be_used)
{
    worker_set_up();
    made_database_run("ALTER ROLE rudder NOLOGIN");
    start_worker();
    WAIT_FOR(database_state() == RELAY_PEER_DOWN); /* before any run comes */
    put_run_of("n1", 1, 10);
    scan_reports();
    made_database_run("ALTER ROLE rudder LOGIN");
    WAIT_FOR(files_left() == 0);
    ck_assert_int_eq(database_state(), RELAY_PEER_UP);
    ck_assert_uint_eq(retry_count(), 0);
    worker_end();
    ck_assert_int_eq(runs_stored(), 1);
    worker_tear_down();
}
END_TEST

/* It answers, but that is not enough. The runs wait, and none counts as tried again. */
START_TEST(a_database_without_the_table_cannot_be_used)
{
    worker_set_up();
    start_worker();
    WAIT_FOR(database_state() == RELAY_PEER_UP);
    made_database_run("ALTER TABLE RudderSysEvents RENAME TO hidden");
    put_run_of("n1", 1, 10);
    put_run_of("n1", 2, 10);
    scan_reports();
    WAIT_FOR(database_state() == RELAY_PEER_DOWN);
    ck_assert_uint_eq(files_left(), 2);
    made_database_run("ALTER TABLE hidden RENAME TO RudderSysEvents");
    WAIT_FOR(files_left() == 0);
    WAIT_FOR(database_state() == RELAY_PEER_UP);
    worker_end();
    ck_assert_int_eq(runs_stored(), 2);
    ck_assert_uint_eq(retry_count(), 0);
    worker_tear_down();
}
END_TEST

/* Stores runs of n1 until so many files are left, while what was deferred is tried at once. */
static void store_others_until_left(size_t files)
{
    static int start_s = 10;
    int64_t until_ms = clock_ms() + 60000;
    while (files_left() != files) {
        ck_assert_int_lt(clock_ms(), until_ms);
        start_s = start_s < 59 ? start_s + 1 : 10;
        put_run_of("n1", start_s, 10 + (size_t)(clock_ms() % 100));
        made_database_run("TRUNCATE RudderSysEvents, ReportsExecution"); /* the same starts again */
        scan_reports();
        WAIT_FOR(files_left() <= 1);
        dispatch_flush_deferred(source.dispatch);
        usleep(5000);
    }
}

START_TEST(a_run_that_alone_fails_is_set_aside_in_the_end)
{
    worker_set_up();
    period_ms = 300;
    put_run_of("n1", 1, 10);
    put_run_of("n2", 2, 10);
    put_run_of("n1", 3, 10);
    trigger_on_n2("RAISE 'cache lookup failed' USING ERRCODE = 'XX000'");
    start_worker();
    WAIT_FOR(files_left() == 1);
    ck_assert_int_eq(runs_stored(), 2);
    ck_assert_int_eq(database_state(), RELAY_PEER_UP);
    for (int i = 0; i < 10; i++) { /* nothing else is stored meanwhile */
        usleep(50000);
        dispatch_flush_deferred(source.dispatch);
    }
    ck_assert_uint_eq(files_left(), 1);
    store_others_until_left(0);
    ck_assert_int_eq(database_state(), RELAY_PEER_UP);
    worker_end();
    ck_assert(tmpdir_has(relay.directory.fd, "reports/failed/2018-08-24T15:55:02+00:00@n2.log"));
    ck_assert_uint_eq(report_count(RELAY_REPORT_ERROR), 1);
    period_ms = 600000;
    worker_tear_down();
}
END_TEST

/* Two statements: the batch that times out, and the slow run by itself. */
START_TEST(a_run_that_is_slow_takes_no_other_along)
{
    worker_set_up();
    relay.config.database.statement_timeout = 1;
    for (int i = 1; i <= 10; i++) {
        put_run_of(i == 5 ? "n2" : "n1", i, 10);
    }
    trigger_on_n2("PERFORM pg_sleep(10)");
    start_worker();
    WAIT_FOR(files_left() == 1);
    ck_assert_int_eq(runs_stored(), 9);
    ck_assert_uint_eq(retry_count(), 1);
    ck_assert_int_eq(database_state(), RELAY_PEER_UP);
    put_run_of("n1", 11, 10);
    scan_reports();
    WAIT_FOR(files_left() == 1);
    made_database_run("DROP TRIGGER test ON RudderSysEvents");
    dispatch_flush_deferred(source.dispatch);
    WAIT_FOR(files_left() == 0);
    worker_end();
    ck_assert_int_eq(runs_stored(), 11);
    worker_tear_down();
}
END_TEST

/* What fails for the runs of several nodes, while nothing is stored, is the database's fault, though it answers. */
static void check_database_blamed(const char *sqlstate)
{
    char *action = xasprintf("RAISE 'no' USING ERRCODE = '%s'", sqlstate);
    worker_set_up();
    period_ms = 0;
    trigger_on_n2(action);
    made_database_run("DROP TRIGGER test ON RudderSysEvents");
    made_database_run("CREATE TRIGGER test BEFORE INSERT ON RudderSysEvents FOR EACH ROW EXECUTE FUNCTION test()");
    put_run_of("n1", 1, 10);
    put_run_of("n2", 2, 10);
    put_run_of("n1", 3, 10);
    start_worker();
    WAIT_FOR(database_state() == RELAY_PEER_DOWN);
    for (int i = 0; i < 10; i++) {
        usleep(50000);
        dispatch_flush_deferred(source.dispatch);
    }
    ck_assert_uint_eq(files_left(), 3);
    ck_assert_int_eq(database_state(), RELAY_PEER_DOWN);
    made_database_run("DROP TRIGGER test ON RudderSysEvents");
    dispatch_flush_deferred(source.dispatch);
    WAIT_FOR(files_left() == 0);
    WAIT_FOR(database_state() == RELAY_PEER_UP);
    worker_end();
    ck_assert_int_eq(runs_stored(), 3);
    ck_assert_uint_eq(report_count(RELAY_REPORT_ERROR), 0);
    period_ms = 600000;
    worker_tear_down();
    free(action);
}

START_TEST(what_fails_for_all_is_the_database_s_fault)
{
    check_database_blamed("XX000");
    check_database_blamed("22012");
    check_database_blamed("53100");
    check_database_blamed("P0001");
    check_database_blamed("42P01");
}
END_TEST

START_TEST(it_ends_in_an_outage_and_leaves_the_files)
{
    worker_set_up();
    put_run_of("n1", 1, 10);
    made_database_run("ALTER TABLE RudderSysEvents RENAME TO hidden");
    start_worker();
    WAIT_FOR(database_state() == RELAY_PEER_DOWN);
    worker_end();
    made_database_run("ALTER TABLE hidden RENAME TO RudderSysEvents");
    ck_assert_uint_eq(files_left(), 1);
    ck_assert_uint_eq(dispatch_count(source.dispatch), 1);
    worker_tear_down();
}
END_TEST

/* The third run of three megabytes does not come into the batch of the first two. */
START_TEST(the_content_of_a_batch_is_limited)
{
    worker_set_up();
    for (int i = 1; i <= 3; i++) {
        put_run_of("n1", i, 3 << 19);
    }
    start_worker();
    WAIT_FOR(files_left() == 0);
    worker_end();
    ck_assert_int_eq(runs_stored(), 3);
    ck_assert_int_eq(transactions(), 2);
    worker_tear_down();
}
END_TEST

START_TEST(the_number_of_runs_in_a_batch_is_limited)
{
    worker_set_up();
    relay.config.reporting.batch_runs = 2;
    for (int i = 1; i <= 5; i++) {
        put_run_of("n1", i, 10);
    }
    start_worker();
    WAIT_FOR(files_left() == 0);
    worker_end();
    ck_assert_int_eq(runs_stored(), 5);
    ck_assert_int_eq(transactions(), 3);
    worker_tear_down();
}
END_TEST

/* The good run is the first of its batch. It does not wait until all the bad ones behind it have been looked at: they
 * count, too. The database stores it once there is a table `gate`. */
START_TEST(refused_files_count_for_the_size_of_a_batch)
{
    worker_set_up();
    made_database_run("DROP TABLE IF EXISTS gate");
    relay.config.reporting.batch_runs = 2;
    put_run_of("n2", 30, 10);
    for (int i = 1; i <= 6; i++) {
        char *name = xasprintf("2018-08-24T15:55:%02d+00:00@n1.log", i);
        made_relay_put(&relay, name, slice_from_str("no run log"));
        free(name);
    }
    trigger_on_n2(
        "WHILE NOT EXISTS (SELECT FROM pg_class WHERE relname = 'gate') LOOP PERFORM pg_sleep(0.05); END LOOP");
    start_worker();
    WAIT_FOR(made_database_number("SELECT count(*) FROM pg_stat_activity "
                                  "WHERE usename = 'rudder' AND wait_event = 'PgSleep'") > 0); /* it probes before */
    ck_assert_uint_eq(spool_count(spool_failed_fd(source.spool), 100), 1);
    made_database_run("CREATE TABLE gate (x int)");
    WAIT_FOR(files_left() == 0);
    worker_end();
    made_database_run("DROP TABLE gate");
    ck_assert_int_eq(runs_stored(), 1);
    ck_assert_uint_eq(spool_count(spool_failed_fd(source.spool), 100), 6);
    worker_tear_down();
}
END_TEST

/* A relay to which nobody reports: the main thread wakes the worker now and then. What the state says of the database
 * is recent until the state file is a new one. */
START_TEST(an_idle_worker_looks_after_the_database)
{
    worker_set_up();
    start_worker();
    WAIT_FOR(database_state() == RELAY_PEER_UP);
    ck_assert_int_eq(unlinkat(relay.directory.fd, "state", 0), 0);
    relay_state_refresh(relay.state);
    ck_assert_int_eq(database_state(), RELAY_PEER_UNKNOWN);
    dispatch_wake_idle(source.dispatch);
    WAIT_FOR(database_state() == RELAY_PEER_UP);
    worker_end();
    worker_tear_down();
}
END_TEST

START_TEST(a_node_that_becomes_known_is_stored)
{
    worker_set_up();
    relay.config.reporting.unknown_node_grace = 100000;
    struct identity n3 = signing_identity(signing_ec_key(), "n3", 3);
    struct buffer run = made_relay_run(&n3, &(struct made_content){"n3", "result_success", 2, 10, 1});
    made_relay_put(&relay, "2018-08-24T15:55:01+00:00@n3.log", buffer_slice(&run));
    buffer_free(&run);
    start_worker();
    WAIT_FOR(retry_count() == 1);
    made_relay_add_node(&relay, "n3", &n3);
    dispatch_flush_deferred(source.dispatch);
    WAIT_FOR(files_left() == 0);
    worker_end();
    ck_assert_int_eq(runs_stored(), 1);
    signing_identity_free(&n3);
    worker_tear_down();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        runs_are_stored_and_leave_the_spool,
        a_run_that_was_stored_before_leaves_as_a_duplicate,
        what_can_never_be_stored_goes_to_failed,
        a_run_that_breaks_the_connection_holds_up_no_other,
        runs_wait_while_the_database_cannot_be_used,
        a_database_without_the_table_cannot_be_used,
        it_ends_in_an_outage_and_leaves_the_files,
        the_content_of_a_batch_is_limited,
        the_number_of_runs_in_a_batch_is_limited,
        refused_files_count_for_the_size_of_a_batch,
        an_idle_worker_looks_after_the_database,
        a_node_that_becomes_known_is_stored,
        a_run_that_alone_fails_is_set_aside_in_the_end,
        a_run_that_is_slow_takes_no_other_along,
        what_fails_for_all_is_the_database_s_fault,
    };
    if (!made_database_start(&database)) {
        return 77;
    }
    int status = suite_run("worker", tests, sizeof tests / sizeof *tests);
    made_database_stop(&database);
    return status;
}
