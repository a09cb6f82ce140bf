/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "forwarder/db_breaker.h"
#include "relay/relay_metrics.h"
#include "support/suite.h"

static const struct backoff quick = {.first_ms = 1, .ceiling_ms = 4};

/* A database that answers at the n-th probe. */
struct database {
    atomic_int probes;
    int answers_at;
};

static bool probe(void *context, struct err *reason)
{
    struct database *database = context;
    return ++database->probes >= database->answers_at || err_set(reason, "no");
}

static enum relay_peer_state reported(const struct relay_state *state)
{
    struct relay_peer_report report;
    relay_state_peer(state, RELAY_PEER_DATABASE, &report);
    return report.state;
}

START_TEST(the_prober_probes_until_it_is_answered)
{
    struct relay_state *state = relay_state_open("/nowhere/at/all", relay_metrics_fingerprint());
    struct db_breaker *breaker = db_breaker_new(&quick, state);
    struct database database = {.answers_at = 5};
    int self;
    ck_assert(db_breaker_wait(breaker));
    db_breaker_report_up(breaker);
    ck_assert_int_eq(reported(state), RELAY_PEER_UP);
    ck_assert(db_breaker_failure(breaker, &self, "gone", probe, &database));
    ck_assert_int_eq(database.probes, 5);
    db_breaker_report_up(breaker);
    ck_assert_int_eq(reported(state), RELAY_PEER_DOWN); /* an answer is not yet a stored run */
    ck_assert(db_breaker_failure(breaker, &self, "table missing", probe, &database));
    ck_assert_int_eq(database.probes, 6);
    db_breaker_success(breaker, 0);
    ck_assert_int_eq(reported(state), RELAY_PEER_UP);
    ck_assert(db_breaker_wait(breaker));
    db_breaker_free(breaker);
    relay_state_close(state);
}
END_TEST

struct other {
    struct db_breaker *breaker;
    struct database database;
    atomic_bool started;
    atomic_bool done;
    bool again;
};

static void *report_failure(void *context)
{
    struct other *other = context;
    other->started = true;
    other->again = db_breaker_failure(other->breaker, other, "gone, too", probe, &other->database);
    other->done = true;
    return NULL;
}

START_TEST(the_others_wait_until_it_is_closed_and_do_not_probe)
{
    struct db_breaker *breaker = db_breaker_new(&quick, NULL);
    struct database database = {.answers_at = 1};
    int self;
    ck_assert(db_breaker_failure(breaker, &self, "gone", probe, &database)); /* this one is the prober now */
    struct other others[2] = {{.breaker = breaker}, {.breaker = breaker}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, report_failure, &others[i]), 0);
        while (!others[i].started) {
            sched_yield();
        }
    }
    database.answers_at = 30; /* long enough for the others to do what they do */
    ck_assert(db_breaker_failure(breaker, &self, "gone", probe, &database));
    ck_assert_int_eq(others[0].database.probes + others[1].database.probes, 0);
    for (int i = 0; i < 2; i++) {
        while (!others[i].done) {
            db_breaker_success(breaker, 0); /* a thread that failed after the first success opened it anew */
            sched_yield();
        }
        pthread_join(threads[i], NULL);
        ck_assert(others[i].again);
    }
    db_breaker_free(breaker);
}
END_TEST

/* Nor while the prober waits for its next step. */
START_TEST(only_the_prober_probes)
{
    struct relay_state *state = relay_state_open("/nowhere/at/all", relay_metrics_fingerprint());
    struct db_breaker *breaker = db_breaker_new(&quick, state);
    struct other others[2] = {{.breaker = breaker, .database.answers_at = INT_MAX},
                              {.breaker = breaker, .database.answers_at = INT_MAX}};
    pthread_t threads[2];
    ck_assert_int_eq(pthread_create(&threads[0], NULL, report_failure, &others[0]), 0);
    while (others[0].database.probes == 0) {
        sched_yield();
    }
    ck_assert_int_eq(pthread_create(&threads[1], NULL, report_failure, &others[1]), 0);
    while (!others[1].started) {
        sched_yield();
    }
    for (int probes = others[0].database.probes; others[0].database.probes < probes + 50;) {
        sched_yield();
    }
    db_breaker_stop(breaker);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    ck_assert_int_eq(others[1].database.probes, 0);
    db_breaker_free(breaker);
    relay_state_close(state);
}
END_TEST

START_TEST(a_stop_ends_every_wait)
{
    const struct backoff slow = {.first_ms = 3600000, .ceiling_ms = 3600000};
    struct relay_state *state = relay_state_open("/nowhere/at/all", relay_metrics_fingerprint());
    struct db_breaker *breaker = db_breaker_new(&slow, state);
    struct other others[2] = {{.breaker = breaker, .again = true}, {.breaker = breaker, .again = true}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, report_failure, &others[i]), 0);
    }
    while (reported(state) != RELAY_PEER_DOWN) {
        sched_yield();
    }
    db_breaker_stop(breaker);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        ck_assert(!others[i].again);
        ck_assert_int_eq(others[i].database.probes, 0);
    }
    ck_assert(!db_breaker_wait(breaker));
    db_breaker_free(breaker);
    relay_state_close(state);
}
END_TEST

/* A call of another worker succeeds while the prober's probe is under way: the failed probe then is no news. */
static bool probe_overtaken_by_success(void *context, struct err *reason)
{
    db_breaker_success(context, 0);
    return err_set(reason, "no");
}

START_TEST(a_probe_that_fails_after_a_success_does_not_open_it_again)
{
    struct relay_state *state = relay_state_open("/nowhere/at/all", relay_metrics_fingerprint());
    struct db_breaker *breaker = db_breaker_new(&quick, state);
    int self;
    ck_assert(db_breaker_failure(breaker, &self, "gone", probe_overtaken_by_success, breaker));
    ck_assert_int_eq(reported(state), RELAY_PEER_UP);
    ck_assert(db_breaker_wait(breaker));
    db_breaker_free(breaker);
    relay_state_close(state);
}
END_TEST

SUITE_MAIN("db_breaker", the_prober_probes_until_it_is_answered, the_others_wait_until_it_is_closed_and_do_not_probe,
           only_the_prober_probes, a_stop_ends_every_wait, a_probe_that_fails_after_a_success_does_not_open_it_again)
