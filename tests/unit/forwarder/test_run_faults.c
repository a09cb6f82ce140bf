/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_faults against many orders of events.
 */
#include <stdio.h>
#include <stdlib.h>

#include "forwarder/run_faults.h"
#include "support/suite.h"

enum { PERIOD_MS = 600000, SECOND = 1000, MINUTE = 60000 };

static struct run_faults *faults;
static int64_t now_ms;

static void open_faults(void)
{
    faults = run_faults_new(PERIOD_MS);
    now_ms = 0; /* as right after the machine has started */
}

/* The attempt took took_ms, and has just ended. */
static bool run_fails_after(const char *name, const char *node_id, enum report_db_error kind, int64_t took_ms)
{
    now_ms += took_ms;
    return run_faults_failed(faults, &(struct run_faults_failure){name, node_id, kind, now_ms - took_ms, now_ms});
}

static bool run_fails(const char *name, const char *node_id, enum report_db_error kind)
{
    return run_fails_after(name, node_id, kind, 5);
}

static void others_stored(void)
{
    run_faults_stored(faults, now_ms);
}

START_TEST(a_run_that_alone_fails_long_enough_is_its_own_fault)
{
    open_faults();
    for (int i = 0; i < 10; i++) {
        ck_assert_msg(!run_fails("bad", "n1", REPORT_DB_ERROR_UNSURE), "failure %d", i);
        others_stored();
        now_ms += MINUTE;
    }
    ck_assert(run_fails("bad", "n1", REPORT_DB_ERROR_UNSURE));
    ck_assert(!run_faults_suspect(faults, "bad"));
    run_faults_free(faults);
}
END_TEST

START_TEST(some_failures_over_a_long_time_or_many_in_a_short_one_are_not_enough)
{
    open_faults();
    for (int i = 0; i < RUN_FAULTS_ENOUGH; i++) {
        ck_assert(!run_fails("seldom", "n1", REPORT_DB_ERROR_UNSURE));
        others_stored();
        now_ms += 2 * PERIOD_MS;
    }
    for (int i = 0; i < 1000; i++) {
        ck_assert(!run_fails_after("often", "n1", REPORT_DB_ERROR_UNSURE, 1));
        others_stored();
    }
    ck_assert(run_fails("seldom", "n1", REPORT_DB_ERROR_UNSURE)); /* the one after enough */
    run_faults_free(faults);
}
END_TEST

START_TEST(nothing_counts_while_no_other_run_is_stored)
{
    open_faults();
    others_stored();
    for (int i = 0; i < 100; i++) {
        ck_assert(!run_fails("only", "n1", REPORT_DB_ERROR_UNSURE));
        ck_assert(!run_fails("data", "n1", REPORT_DB_ERROR_DATA));
        now_ms += MINUTE;
    }
    others_stored(); /* which decides about the last one only */
    ck_assert(!run_fails("only", "n1", REPORT_DB_ERROR_UNSURE));
    run_faults_free(faults);
}
END_TEST

START_TEST(the_set_up_is_never_a_run_s_fault)
{
    open_faults();
    for (int i = 0; i < 100; i++) {
        ck_assert(!run_fails("partition", "n1", REPORT_DB_ERROR_SETUP));
        others_stored();
        now_ms += MINUTE;
    }
    ck_assert(run_faults_suspect(faults, "partition"));
    run_faults_free(faults);
}
END_TEST

START_TEST(bad_data_is_believed_once_another_run_was_stored)
{
    open_faults();
    ck_assert(!run_fails("data", "n1", REPORT_DB_ERROR_DATA));
    ck_assert(!run_fails("data", "n1", REPORT_DB_ERROR_DATA));
    others_stored();
    ck_assert(run_fails("data", "n1", REPORT_DB_ERROR_DATA));
    run_faults_free(faults);
}
END_TEST

/* Does a time-out count, with runs stored so long before it began and after it ended (-1: none)? */
static bool slow_counts(int64_t before_ms, int64_t after_ms)
{
    bool own = false;
    open_faults();
    for (int i = 0; i < 50 && !own; i++) {
        if (before_ms >= 0) {
            others_stored();
            now_ms += before_ms;
        }
        own = run_fails_after("slow", "n1", REPORT_DB_ERROR_SLOW, MINUTE);
        now_ms += after_ms >= 0 ? after_ms : 2 * MINUTE;
        if (after_ms >= 0) {
            others_stored();
            now_ms += 2 * PERIOD_MS; /* the next one's "before" is its own */
        }
    }
    run_faults_free(faults);
    return own;
}

START_TEST(a_time_out_counts_between_two_runs_that_were_stored)
{
    ck_assert(slow_counts(SECOND, SECOND));
    ck_assert(slow_counts(MINUTE, MINUTE));
    ck_assert(!slow_counts(-1, SECOND));
    ck_assert(!slow_counts(SECOND, -1));
    ck_assert(!slow_counts(MINUTE + 1, SECOND));
    ck_assert(!slow_counts(SECOND, MINUTE + 1));
}
END_TEST

START_TEST(the_database_is_blamed_when_two_nodes_fail_and_nothing_is_stored)
{
    open_faults();
    run_fails("a1", "n1", REPORT_DB_ERROR_UNSURE);
    run_fails("a2", "n1", REPORT_DB_ERROR_UNSURE);
    run_fails("a3", "n1", REPORT_DB_ERROR_SETUP);
    ck_assert(!run_faults_database_blamed(faults)); /* one node, however many runs it sends */
    run_fails("b1", "n2", REPORT_DB_ERROR_UNSURE);
    ck_assert(run_faults_database_blamed(faults));
    others_stored();
    ck_assert(!run_faults_database_blamed(faults));
    run_faults_free(faults);
}
END_TEST

START_TEST(runs_known_to_fail_alone_are_no_evidence)
{
    open_faults();
    run_fails("a", "n1", REPORT_DB_ERROR_UNSURE);
    run_fails("b", "n2", REPORT_DB_ERROR_SETUP);
    others_stored();
    for (int i = 0; i < 5; i++) {
        run_fails("a", "n1", REPORT_DB_ERROR_UNSURE);
        run_fails("b", "n2", REPORT_DB_ERROR_SETUP);
        ck_assert(!run_faults_database_blamed(faults));
    }
    run_fails("c", "n3", REPORT_DB_ERROR_UNSURE);
    ck_assert(!run_faults_database_blamed(faults));
    run_fails("d", "n4", REPORT_DB_ERROR_UNSURE);
    ck_assert(run_faults_database_blamed(faults));
    run_faults_free(faults);
}
END_TEST

START_TEST(what_the_database_was_blamed_for_counts_against_nobody)
{
    open_faults();
    for (int i = 0; i < 50; i++) {
        ck_assert(!run_fails("a", "n1", REPORT_DB_ERROR_UNSURE));
        ck_assert(!run_fails("b", "n2", REPORT_DB_ERROR_DATA));
        ck_assert(i > 0 || run_faults_database_blamed(faults));
        run_faults_acquit(faults);
        now_ms += MINUTE;
        others_stored();
    }
    ck_assert(!run_fails("a", "n1", REPORT_DB_ERROR_UNSURE));
    /* but they are no evidence any more: others are stored, and they are not */
    run_fails("b", "n2", REPORT_DB_ERROR_DATA);
    ck_assert(!run_faults_database_blamed(faults));
    run_faults_free(faults);
}
END_TEST

START_TEST(what_was_stored_is_no_suspect)
{
    open_faults();
    ck_assert(!run_faults_suspect(faults, "a"));
    run_faults_forget(faults, "a");
    run_fails("a", "n1", REPORT_DB_ERROR_UNSURE);
    run_fails("b", "n1", REPORT_DB_ERROR_UNSURE);
    ck_assert(run_faults_suspect(faults, "a"));
    run_faults_forget(faults, "a");
    ck_assert(!run_faults_suspect(faults, "a"));
    ck_assert(run_faults_suspect(faults, "b"));
    run_faults_free(faults);
}
END_TEST

START_TEST(slow_suspects_take_turns)
{
    open_faults();
    others_stored();
    run_fails_after("a", "n1", REPORT_DB_ERROR_SLOW, MINUTE);
    run_fails_after("b", "n1", REPORT_DB_ERROR_SLOW, MINUTE);
    run_fails("quick", "n1", REPORT_DB_ERROR_UNSURE);
    ck_assert_int_eq(run_faults_wait_ms(faults, "quick", now_ms), 0);
    ck_assert_int_eq(run_faults_wait_ms(faults, "nobody", now_ms), 0);
    ck_assert_int_eq(run_faults_wait_ms(faults, "a", now_ms), 4 * MINUTE - 5);
    now_ms += 4 * MINUTE - 5;
    ck_assert_int_eq(run_faults_wait_ms(faults, "a", now_ms), 0);
    ck_assert_int_eq(run_faults_wait_ms(faults, "b", now_ms), MINUTE); /* a has its turn */
    run_faults_forget(faults, "a");                                    /* and went well */
    ck_assert_int_eq(run_faults_wait_ms(faults, "b", now_ms), 0);
    run_fails_after("b", "n1", REPORT_DB_ERROR_SLOW, MINUTE);
    run_faults_acquit(faults);
    ck_assert_int_eq(run_faults_wait_ms(faults, "b", now_ms), 0);
    run_faults_free(faults);
}
END_TEST

START_TEST(no_more_suspects_than_there_is_room_for)
{
    char name[32];
    open_faults();
    for (int i = 0; i <= RUN_FAULTS_SUSPECTS_MAX; i++) {
        snprintf(name, sizeof name, "run %d", i);
        run_fails(name, "n1", REPORT_DB_ERROR_UNSURE);
    }
    ck_assert(!run_faults_suspect(faults, "run 0"));
    ck_assert(run_faults_suspect(faults, "run 1"));
    ck_assert(run_faults_suspect(faults, name));
    others_stored();
    run_faults_acquit(faults);
    run_faults_free(faults);
}
END_TEST

/* The rules once more, in the plainest way, for a few runs: all events are kept. */
enum { MODEL_RUNS = 4, MODEL_EVENTS = 400 };

struct model_event {
    enum { MODEL_FAILED, MODEL_STORED, MODEL_ACQUITTED, MODEL_FORGOTTEN } what;
    size_t run;
    enum report_db_error kind;
    int64_t began_ms;
    int64_t ended_ms;
};

static bool model_failure_counts(const struct model_event *events, size_t count, size_t at)
{
    bool before = false;
    for (size_t i = 0; i < at; i++) {
        before = before || (events[i].what == MODEL_STORED && events[at].began_ms - events[i].ended_ms <= MINUTE);
    }
    for (size_t i = at + 1; i < count; i++) {
        if (events[i].what == MODEL_ACQUITTED) {
            return false;
        }
        if (events[i].what == MODEL_STORED) {
            return events[at].kind == REPORT_DB_ERROR_UNSURE || events[at].kind == REPORT_DB_ERROR_DATA ||
                   (events[at].kind == REPORT_DB_ERROR_SLOW && before &&
                    events[i].ended_ms - events[at].ended_ms <= MINUTE);
        }
        if (events[i].what == MODEL_FAILED && events[i].run == events[at].run) {
            return false;
        }
    }
    return false;
}

/* Is the last event, a failure, its run's own fault? */
static bool model_own_fault(const struct model_event *events, size_t count)
{
    const struct model_event *last = &events[count - 1];
    size_t first = 0;
    size_t previous = count;
    for (size_t i = 0; i + 1 < count; i++) {
        if (events[i].run == last->run && events[i].what == MODEL_FORGOTTEN) {
            first = i + 1;
        }
    }
    size_t counted = 0;
    int64_t first_ms = 0;
    for (size_t i = first; i + 1 < count; i++) {
        if (events[i].run == last->run && events[i].what == MODEL_FAILED) {
            previous = i;
            if (model_failure_counts(events, count - 1, i) && counted++ == 0) {
                first_ms = events[i].ended_ms;
            }
        }
    }
    bool stored_since = false;
    for (size_t i = previous; i + 1 < count; i++) {
        stored_since = stored_since || events[i].what == MODEL_STORED;
    }
    if (!stored_since || last->kind == REPORT_DB_ERROR_SETUP) {
        return false;
    }
    return last->kind == REPORT_DB_ERROR_DATA ? counted > 0
                                              : counted >= RUN_FAULTS_ENOUGH && last->ended_ms - first_ms >= PERIOD_MS;
}

static void check_order(unsigned seed, size_t *owned)
{
    static const enum report_db_error kinds[] = {REPORT_DB_ERROR_UNSURE, REPORT_DB_ERROR_UNSURE, REPORT_DB_ERROR_SLOW,
                                                 REPORT_DB_ERROR_SETUP, REPORT_DB_ERROR_DATA};
    struct model_event events[MODEL_EVENTS];
    enum report_db_error kind_of[MODEL_RUNS];
    open_faults();
    for (size_t run = 0; run < MODEL_RUNS; run++) {
        kind_of[run] = kinds[(size_t)rand_r(&seed) % 5];
    }
    for (size_t count = 1; count <= MODEL_EVENTS; count++) {
        struct model_event *event = &events[count - 1];
        unsigned dice = (unsigned)rand_r(&seed) % 20;
        size_t run = (size_t)rand_r(&seed) % MODEL_RUNS;
        int64_t took_ms = (int64_t)rand_r(&seed) % MINUTE;
        char name[] = {(char)('a' + run), '\0'};
        enum report_db_error kind = dice < 2 ? kinds[(size_t)rand_r(&seed) % 5] : kind_of[run];
        now_ms += (int64_t)rand_r(&seed) % (2 * MINUTE);
        if (dice < 10) {
            *event = (struct model_event){MODEL_FAILED, run, kind, now_ms, now_ms + took_ms};
            bool own = run_fails_after(name, name, kind, took_ms);
            ck_assert_msg(own == model_own_fault(events, count), "event %zu", count);
            if (own) {
                event->what = MODEL_FORGOTTEN;
                ++*owned;
            }
        } else if (dice < 18) {
            *event = (struct model_event){.what = MODEL_STORED, .run = MODEL_RUNS, .ended_ms = now_ms};
            others_stored();
        } else if (dice == 18) {
            *event = (struct model_event){.what = MODEL_ACQUITTED, .run = MODEL_RUNS};
            run_faults_acquit(faults);
        } else {
            *event = (struct model_event){.what = MODEL_FORGOTTEN, .run = run};
            run_faults_forget(faults, name);
        }
    }
    run_faults_free(faults);
}

START_TEST(any_order_of_events_gives_what_the_rules_say)
{
    size_t owned = 0;
    for (unsigned seed = 1; seed <= 2000; seed++) {
        check_order(seed, &owned);
    }
    ck_assert_uint_gt(owned, 1000); /* the orders were not all harmless */
}
END_TEST

SUITE_MAIN("run_faults", a_run_that_alone_fails_long_enough_is_its_own_fault,
           some_failures_over_a_long_time_or_many_in_a_short_one_are_not_enough,
           nothing_counts_while_no_other_run_is_stored, the_set_up_is_never_a_run_s_fault,
           bad_data_is_believed_once_another_run_was_stored, a_time_out_counts_between_two_runs_that_were_stored,
           the_database_is_blamed_when_two_nodes_fail_and_nothing_is_stored, runs_known_to_fail_alone_are_no_evidence,
           what_the_database_was_blamed_for_counts_against_nobody, what_was_stored_is_no_suspect,
           slow_suspects_take_turns, no_more_suspects_than_there_is_room_for,
           any_order_of_events_gives_what_the_rules_say)
