/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "forwarder/dispatch.h"
#include "support/suite.h"

#define NAME(time) "2018-08-24T15:55:" time "+00:00@root.log.gz"

START_TEST(a_lone_run_goes_at_once_and_the_next_waits_for_company)
{
    struct dispatch *dispatch = dispatch_new(3, 3600000);
    dispatch_arrived(dispatch, NAME("01"));
    ck_assert(dispatch_begin(dispatch)); /* would hang for an hour */
    struct queued_run *run = dispatch_take(dispatch);
    ck_assert_str_eq(queued_run_name(run), NAME("01"));
    ck_assert_ptr_null(dispatch_take(dispatch));
    dispatch_batch_end(dispatch);
    dispatch_done(dispatch, run);
    ck_assert_uint_eq(dispatch_count(dispatch), 0);

    dispatch_arrived(dispatch, NAME("02"));
    dispatch_arrived(dispatch, NAME("04"));
    dispatch_arrived(dispatch, NAME("03")); /* a whole batch: it goes, whatever the interval */
    ck_assert(dispatch_begin(dispatch));
    ck_assert_str_eq(queued_run_name(dispatch_take(dispatch)), NAME("04"));
    ck_assert_str_eq(queued_run_name(dispatch_take(dispatch)), NAME("03"));
    dispatch_free(dispatch);
}
END_TEST

START_TEST(names_that_are_no_run_logs_come_last)
{
    struct dispatch *dispatch = dispatch_new(10, 0);
    dispatch_scan_start(dispatch);
    dispatch_scan_add(dispatch, "nonsense.log");
    dispatch_scan_add(dispatch, NAME("01"));
    ck_assert_uint_eq(dispatch_scan_end(dispatch), 0);
    ck_assert(dispatch_begin(dispatch));
    ck_assert_str_eq(queued_run_name(dispatch_take(dispatch)), NAME("01"));
    ck_assert_str_eq(queued_run_name(dispatch_take(dispatch)), "nonsense.log");
    dispatch_free(dispatch);
}
END_TEST

static char *name_at(time_t when, const char *node, char name[64])
{
    struct tm tm;
    char date[32];
    ck_assert_uint_gt(strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", gmtime_r(&when, &tm)), 0);
    snprintf(name, 64, "%s+00:00@%s.log.gz", date, node);
    return name;
}

/* A run that is dated years ahead and one, of this node or another, that comes a second later: that one is newer. */
static void check_date_ahead(const char *node, const char *other)
{
    char first[64], old[64], second[64];
    struct dispatch *dispatch = dispatch_new(10, 0);
    time_t came = time(NULL), now = came;
    dispatch_arrived(dispatch, name_at(came + 9 * 365 * 86400, node, first));
    while ((now = time(NULL)) <= came + 1) {
        usleep(10000);
    }
    dispatch_arrived(dispatch, name_at(came - 3600, "third", old));
    dispatch_arrived(dispatch, name_at(now, other, second));
    ck_assert(dispatch_begin(dispatch));
    ck_assert_str_eq(queued_run_name(dispatch_take(dispatch)), second);
    if (strcmp(node, other) != 0) { /* the nodes take turns */
        ck_assert_str_eq(queued_run_name(dispatch_take(dispatch)), first);
    }
    ck_assert_str_eq(queued_run_name(dispatch_take(dispatch)), old);
    dispatch_free(dispatch);
}

START_TEST(a_date_ahead_of_the_clock_counts_as_now)
{
    check_date_ahead("n1", "n2");
    check_date_ahead("n1", "n1");
}
END_TEST

static void *empty_it(void *context)
{
    struct dispatch *dispatch = context;
    size_t *taken = calloc(1, sizeof *taken);
    while (dispatch_begin(dispatch)) {
        struct queued_run *run;
        for (size_t i = 0; i < 3 && (run = dispatch_take(dispatch)) != NULL; i++) {
            if (queued_run_attempts(run) == 0) {
                dispatch_defer(dispatch, run, 1);
            } else {
                ++*taken;
                dispatch_done(dispatch, run);
            }
        }
        dispatch_batch_end(dispatch);
    }
    return taken;
}

/* No wake-up is lost: all is done although nobody ever looks by himself. */
START_TEST(several_workers_take_everything_once)
{
    enum { WORKERS = 4, RUNS = 3000 };
    struct dispatch *dispatch = dispatch_new(3, 1);
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, empty_it, dispatch), 0);
    }
    char name[64];
    for (int i = 0; i < RUNS; i++) {
        snprintf(name, sizeof name, "2018-08-24T%02d:%02d:%02d+00:00@root.log.gz", i / 3600, i / 60 % 60, i % 60);
        dispatch_arrived(dispatch, name);
    }
    while (dispatch_count(dispatch) > 0) {
        sched_yield();
    }
    dispatch_stop(dispatch);
    size_t taken = 0;
    for (int i = 0; i < WORKERS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        taken += *(size_t *)result;
        free(result);
    }
    ck_assert_uint_eq(taken, RUNS);
    dispatch_free(dispatch);
}
END_TEST

START_TEST(after_the_stop_nothing_is_handed_out)
{
    struct dispatch *dispatch = dispatch_new(1, 0);
    dispatch_arrived(dispatch, NAME("01"));
    dispatch_stop(dispatch);
    ck_assert(!dispatch_begin(dispatch));
    ck_assert_ptr_null(dispatch_take(dispatch));
    dispatch_free(dispatch);
}
END_TEST

START_TEST(waking_an_idle_worker_begins_one_empty_batch)
{
    struct dispatch *dispatch = dispatch_new(2, 3600000);
    dispatch_wake_idle(dispatch);
    ck_assert(dispatch_begin(dispatch));
    ck_assert_ptr_null(dispatch_take(dispatch));
    dispatch_arrived(dispatch, NAME("01"));
    dispatch_arrived(dispatch, NAME("02"));
    ck_assert(dispatch_begin(dispatch)); /* that batch was the only empty one: this is for the runs */
    ck_assert_ptr_nonnull(dispatch_take(dispatch));
    dispatch_stop(dispatch);
    ck_assert(!dispatch_begin(dispatch));
    dispatch_free(dispatch);
}
END_TEST

SUITE_MAIN("dispatch", waking_an_idle_worker_begins_one_empty_batch,
           a_lone_run_goes_at_once_and_the_next_waits_for_company, names_that_are_no_run_logs_come_last,
           a_date_ahead_of_the_clock_counts_as_now, several_workers_take_everything_once,
           after_the_stop_nothing_is_handed_out)
