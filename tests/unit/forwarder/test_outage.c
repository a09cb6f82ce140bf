/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <stdatomic.h>

#include "forwarder/outage.h"
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

START_TEST(the_prober_knocks_until_it_is_answered)
{
    struct outage *outage = outage_new(&quick);
    struct database database = {.answers_at = 5};
    int self;
    ck_assert(!outage_lasts(outage));
    ck_assert(outage_wait(outage));
    ck_assert(outage_met(outage, &self, "gone", probe, &database));
    ck_assert_int_eq(database.probes, 5);
    ck_assert(outage_lasts(outage)); /* an answer is not yet a stored run */
    ck_assert(outage_met(outage, &self, "table missing", probe, &database));
    ck_assert_int_eq(database.probes, 6);
    outage_over(outage, 0);
    ck_assert(!outage_lasts(outage));
    outage_free(outage);
}
END_TEST

struct other {
    struct outage *outage;
    struct database database;
    atomic_bool met;
    atomic_bool done;
    bool again;
};

static void *meet(void *context)
{
    struct other *other = context;
    other->met = true;
    other->again = outage_met(other->outage, other, "gone, too", probe, &other->database);
    other->done = true;
    return NULL;
}

START_TEST(the_others_wait_for_the_end_and_do_not_knock)
{
    struct outage *outage = outage_new(&quick);
    struct database database = {.answers_at = 1};
    int self;
    ck_assert(outage_met(outage, &self, "gone", probe, &database)); /* this one is the prober now */
    struct other others[2] = {{.outage = outage}, {.outage = outage}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, meet, &others[i]), 0);
        while (!others[i].met) {
            sched_yield();
        }
    }
    database.answers_at = 30; /* long enough for the others to do what they do */
    ck_assert(outage_met(outage, &self, "gone", probe, &database));
    ck_assert_int_eq(others[0].database.probes + others[1].database.probes, 0);
    for (int i = 0; i < 2; i++) {
        while (!others[i].done) {
            outage_over(outage, 0); /* whoever came too late for the first outage met one of its own */
            sched_yield();
        }
        pthread_join(threads[i], NULL);
        ck_assert(others[i].again);
    }
    outage_free(outage);
}
END_TEST

START_TEST(a_stop_ends_every_wait)
{
    const struct backoff slow = {.first_ms = 3600000, .ceiling_ms = 3600000};
    struct outage *outage = outage_new(&slow);
    struct other others[2] = {{.outage = outage, .again = true}, {.outage = outage, .again = true}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, meet, &others[i]), 0);
    }
    while (!outage_lasts(outage)) {
        sched_yield();
    }
    outage_stop(outage);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        ck_assert(!others[i].again);
        ck_assert_int_eq(others[i].database.probes, 0);
    }
    ck_assert(!outage_wait(outage));
    outage_free(outage);
}
END_TEST

SUITE_MAIN("outage", the_prober_knocks_until_it_is_answered, the_others_wait_for_the_end_and_do_not_knock,
           a_stop_ends_every_wait)
