/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "forwarder/run_heap.h"
#include "forwarder/run_queue.h"
#include "support/suite.h"

#define ONE_NODE ((struct slice){"n", 1})

/* Takes the next one and says its name, "" when none waits. The run stays in hand. */
static const char *next(struct run_queue *queue, int64_t now_ms)
{
    struct queued_run *run = run_queue_take(queue, now_ms);
    return run != NULL ? queued_run_name(run) : "";
}

START_TEST(newest_run_first_and_ties_by_arrival)
{
    struct run_queue *queue = run_queue_new();
    run_queue_arrived(queue, "old", 10, ONE_NODE);
    run_queue_arrived(queue, "new", 30, ONE_NODE);
    run_queue_scan_add(queue, "tie-1", 20, ONE_NODE);
    run_queue_arrived(queue, "tie-2", 20, ONE_NODE);
    run_queue_scan_add(queue, "tie-3", 20, ONE_NODE);
    run_queue_arrived(queue, "nameless", INT64_MIN, ONE_NODE);
    ck_assert_uint_eq(run_queue_waiting(queue, 0), 6);
    ck_assert_str_eq(next(queue, 0), "new");
    ck_assert_str_eq(next(queue, 0), "tie-1");
    ck_assert_str_eq(next(queue, 0), "tie-2");
    ck_assert_str_eq(next(queue, 0), "tie-3");
    ck_assert_str_eq(next(queue, 0), "old");
    ck_assert_str_eq(next(queue, 0), "nameless");
    ck_assert_str_eq(next(queue, 0), "");
    ck_assert_uint_eq(run_queue_count(queue), 6);
    run_queue_free(queue);
}
END_TEST

START_TEST(a_name_is_held_once)
{
    struct run_queue *queue = run_queue_new();
    run_queue_arrived(queue, "a", 1, ONE_NODE);
    run_queue_arrived(queue, "a", 1, ONE_NODE);
    run_queue_scan_start(queue);
    run_queue_scan_add(queue, "a", 1, ONE_NODE);
    ck_assert_uint_eq(run_queue_scan_end(queue), 0);
    ck_assert_uint_eq(run_queue_count(queue), 1);
    struct queued_run *run = run_queue_take(queue, 0);
    run_queue_scan_add(queue, "a", 1, ONE_NODE); /* still there, since it is in hand: no news */
    ck_assert_ptr_null(run_queue_take(queue, 0));
    run_queue_done(queue, run);
    ck_assert_uint_eq(run_queue_count(queue), 0);
    run_queue_free(queue);
}
END_TEST

START_TEST(what_arrives_while_its_name_is_in_hand_waits_anew)
{
    struct run_queue *queue = run_queue_new();
    run_queue_arrived(queue, "a", 1, ONE_NODE);
    struct queued_run *run = run_queue_take(queue, 0);
    run_queue_arrived(queue, "a", 1, ONE_NODE);
    ck_assert_ptr_null(run_queue_take(queue, 0));
    run_queue_done(queue, run);
    ck_assert_ptr_eq(run_queue_take(queue, 0), run);
    run_queue_done(queue, run);
    ck_assert_uint_eq(run_queue_count(queue), 0);

    run_queue_arrived(queue, "b", 1, ONE_NODE);
    run = run_queue_take(queue, 0);
    run_queue_arrived(queue, "b", 1, ONE_NODE);
    run_queue_defer(queue, run, 1000); /* the old file's trouble is not the new one's */
    ck_assert_ptr_eq(run_queue_take(queue, 0), run);
    run_queue_free(queue);
}
END_TEST

START_TEST(what_is_put_off_comes_when_it_is_due)
{
    struct run_queue *queue = run_queue_new();
    run_queue_arrived(queue, "a", 5, ONE_NODE);
    run_queue_arrived(queue, "b", 4, ONE_NODE);
    run_queue_arrived(queue, "c", 3, ONE_NODE);
    ck_assert_int_eq(run_queue_next_due(queue), INT64_MAX);
    struct queued_run *a = run_queue_take(queue, 100);
    struct queued_run *b = run_queue_take(queue, 100);
    ck_assert_uint_eq(queued_run_attempts(a), 0);
    run_queue_defer(queue, a, 300);
    run_queue_defer(queue, b, 200);
    ck_assert_uint_eq(queued_run_attempts(a), 1);
    ck_assert_int_eq(run_queue_next_due(queue), 200);
    ck_assert_uint_eq(run_queue_waiting(queue, 199), 1);
    ck_assert_uint_eq(run_queue_waiting(queue, 200), 2);
    ck_assert_str_eq(next(queue, 200), "b");
    ck_assert_str_eq(next(queue, 299), "c");
    ck_assert_str_eq(next(queue, 299), "");
    ck_assert_str_eq(next(queue, 300), "a");
    run_queue_defer(queue, a, 900);
    ck_assert_uint_eq(queued_run_attempts(a), 2);
    ck_assert_uint_eq(run_queue_count(queue), 3);
    run_queue_free(queue);
}
END_TEST

START_TEST(an_arrival_or_a_recall_ends_the_wait)
{
    struct run_queue *queue = run_queue_new();
    run_queue_arrived(queue, "a", 1, ONE_NODE);
    run_queue_arrived(queue, "b", 2, ONE_NODE);
    run_queue_defer(queue, run_queue_take(queue, 0), 1000);
    run_queue_defer(queue, run_queue_take(queue, 0), 2000);
    run_queue_scan_add(queue, "a", 1, ONE_NODE); /* no news */
    ck_assert_uint_eq(run_queue_waiting(queue, 0), 0);
    run_queue_arrived(queue, "a", 1, ONE_NODE);
    ck_assert_uint_eq(run_queue_waiting(queue, 0), 1);
    run_queue_flush_deferred(queue);
    ck_assert_uint_eq(run_queue_waiting(queue, 0), 2);
    ck_assert_int_eq(run_queue_next_due(queue), INT64_MAX);
    ck_assert_str_eq(next(queue, 0), "b");
    run_queue_free(queue);
}
END_TEST

START_TEST(put_back_is_no_attempt)
{
    struct run_queue *queue = run_queue_new();
    run_queue_arrived(queue, "a", 1, ONE_NODE);
    struct queued_run *run = run_queue_take(queue, 0);
    run_queue_requeue(queue, run);
    ck_assert_uint_eq(queued_run_attempts(run), 0);
    ck_assert_ptr_eq(run_queue_take(queue, 0), run);
    run_queue_free(queue);
}
END_TEST

START_TEST(a_scan_forgets_what_is_gone_and_nothing_else)
{
    struct run_queue *queue = run_queue_new();
    run_queue_arrived(queue, "put-off-gone", 9, ONE_NODE);
    run_queue_arrived(queue, "put-off-there", 8, ONE_NODE);
    run_queue_defer(queue, run_queue_take(queue, 0), 1000);
    run_queue_defer(queue, run_queue_take(queue, 0), 1000);
    run_queue_arrived(queue, "in-hand", 7, ONE_NODE);
    struct queued_run *in_hand = run_queue_take(queue, 0);
    run_queue_arrived(queue, "gone", 6, ONE_NODE);
    run_queue_arrived(queue, "there", 5, ONE_NODE);

    run_queue_scan_start(queue);
    run_queue_scan_add(queue, "put-off-there", 8, ONE_NODE);
    run_queue_arrived(queue, "arrived-behind-the-scan", 4, ONE_NODE);
    run_queue_scan_add(queue, "there", 5, ONE_NODE);
    run_queue_scan_add(queue, "new", 3, ONE_NODE);
    ck_assert_uint_eq(run_queue_scan_end(queue), 2);

    ck_assert_uint_eq(run_queue_count(queue), 5);
    ck_assert_str_eq(next(queue, 0), "there");
    ck_assert_str_eq(next(queue, 0), "arrived-behind-the-scan");
    ck_assert_str_eq(next(queue, 0), "new");
    ck_assert_str_eq(next(queue, 0), "");
    ck_assert_str_eq(next(queue, 1000), "put-off-there");
    ck_assert_str_eq(next(queue, 1000), "");
    run_queue_requeue(queue, in_hand); /* it is not known to be gone */
    ck_assert_str_eq(next(queue, 0), "in-hand");
    run_queue_free(queue);
}
END_TEST

START_TEST(what_comes_back_into_line_during_a_scan_is_not_forgotten)
{
    struct run_queue *queue = run_queue_new();
    run_queue_arrived(queue, "a", 1, ONE_NODE);
    run_queue_arrived(queue, "b", 2, ONE_NODE);
    struct queued_run *b = run_queue_take(queue, 0);
    struct queued_run *a = run_queue_take(queue, 0);
    run_queue_scan_start(queue);
    run_queue_requeue(queue, a);
    run_queue_defer(queue, b, 10);
    ck_assert_uint_eq(run_queue_scan_end(queue), 0);
    run_queue_scan_start(queue);
    ck_assert_uint_eq(run_queue_scan_end(queue), 2);
    ck_assert_uint_eq(run_queue_count(queue), 0);
    ck_assert_int_eq(run_queue_next_due(queue), INT64_MAX);
    run_queue_free(queue);
}
END_TEST

/* A linear congruential generator, so that a failure can be repeated. */
static uint32_t draw(uint32_t *state, uint32_t below)
{
    *state = *state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)*state * below) >> 32);
}

START_TEST(a_hundred_thousand_names_in_any_order)
{
    enum { COUNT = 100000 };
    struct run_queue *queue = run_queue_new();
    uint32_t state = 1;
    char name[32];
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "run-%u", i);
        run_queue_arrived(queue, name, draw(&state, 5000), ONE_NODE);
    }
    /* every third is gone */
    run_queue_scan_start(queue);
    for (uint32_t i = 0; i < COUNT; i++) {
        if (i % 3 != 0) {
            snprintf(name, sizeof name, "run-%u", i);
            run_queue_scan_add(queue, name, 0, ONE_NODE);
        }
    }
    ck_assert_uint_eq(run_queue_scan_end(queue), (COUNT + 2) / 3);
    state = 1;
    static int64_t times[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        times[i] = draw(&state, 5000);
    }
    uint32_t taken = 0, last_number = 0;
    int64_t last_time = INT64_MAX;
    struct queued_run *run;
    while ((run = run_queue_take(queue, 0)) != NULL) {
        uint32_t number;
        ck_assert_int_eq(sscanf(queued_run_name(run), "run-%u", &number), 1);
        ck_assert_uint_ne(number % 3, 0);
        ck_assert_int_le(times[number], last_time);
        ck_assert(times[number] < last_time || number > last_number);
        last_time = times[number];
        last_number = number;
        taken++;
        run_queue_done(queue, run);
    }
    ck_assert_uint_eq(taken, COUNT - (COUNT + 2) / 3);
    ck_assert_uint_eq(run_queue_count(queue), 0);
    run_queue_free(queue);
}
END_TEST

/* Random operations beside a plain model of what they mean. */
enum model_state { ABSENT, WAITING, IN_HAND, PUT_OFF };
struct model {
    enum model_state state;
    bool again;
    int64_t due;
    struct queued_run *run;
};

START_TEST(random_operations_agree_with_a_model)
{
    enum { NAMES = 40, STEPS = 60000 };
    struct model model[NAMES] = {0};
    struct run_queue *queue = run_queue_new();
    uint32_t state = 7;
    char name[16];
    for (int64_t now = 0; now < STEPS; now++) {
        uint32_t i = draw(&state, NAMES);
        snprintf(name, sizeof name, "%u", i);
        for (uint32_t k = 0; k < NAMES; k++) {
            if (model[k].state == PUT_OFF && model[k].due <= now) {
                model[k].state = WAITING;
            }
        }
        switch (draw(&state, 5)) {
        case 0:
            run_queue_arrived(queue, name, i, ONE_NODE);
            model[i].again = model[i].state == IN_HAND;
            if (model[i].state != IN_HAND) {
                model[i].state = WAITING;
            }
            break;
        case 1: {
            struct queued_run *run = run_queue_take(queue, now);
            uint32_t newest = NAMES;
            for (uint32_t k = 0; k < NAMES; k++) {
                newest = model[k].state == WAITING ? k : newest;
            }
            ck_assert((run == NULL) == (newest == NAMES));
            if (run != NULL) {
                snprintf(name, sizeof name, "%u", newest);
                ck_assert_str_eq(queued_run_name(run), name);
                model[newest] = (struct model){.state = IN_HAND, .run = run};
            }
            break;
        }
        case 2:
            if (model[i].state == IN_HAND) {
                run_queue_done(queue, model[i].run);
                model[i].state = model[i].again ? WAITING : ABSENT;
            }
            break;
        case 3:
            if (model[i].state == IN_HAND) {
                model[i].due = now + 1 + draw(&state, 50);
                run_queue_defer(queue, model[i].run, model[i].due);
                model[i].state = model[i].again ? WAITING : PUT_OFF;
            }
            break;
        case 4:
            if (draw(&state, 20) == 0) { /* a scan that sees every second one */
                run_queue_scan_start(queue);
                for (uint32_t k = i % 2; k < NAMES; k += 2) {
                    snprintf(name, sizeof name, "%u", k);
                    run_queue_scan_add(queue, name, k, ONE_NODE);
                    model[k].state = model[k].state == ABSENT ? WAITING : model[k].state;
                }
                run_queue_scan_end(queue);
                for (uint32_t k = 1 - i % 2; k < NAMES; k += 2) {
                    model[k].state = model[k].state == IN_HAND ? IN_HAND : ABSENT;
                }
            }
            break;
        }
        size_t waiting = 0, held = 0;
        for (uint32_t k = 0; k < NAMES; k++) {
            waiting += model[k].state == WAITING;
            held += model[k].state != ABSENT;
        }
        ck_assert_uint_eq(run_queue_waiting(queue, now), waiting);
        ck_assert_uint_eq(run_queue_count(queue), held);
    }
    run_queue_free(queue);
}
END_TEST

/* Two words that FNV-1a, say, maps to one number, as anybody can find more of them. */
START_TEST(names_do_not_collide_as_anybody_can_compute)
{
    const char *const names[] = {"costarring", "liquid"};
    uint32_t hashes[2][2];
    for (int i = 0; i < 2; i++) {
        struct run_queue *queue = run_queue_new();
        run_queue_arrived(queue, names[0], 2, ONE_NODE);
        run_queue_arrived(queue, names[1], 1, ONE_NODE);
        hashes[i][0] = run_queue_take(queue, 0)->hash;
        hashes[i][1] = run_queue_take(queue, 0)->hash;
        run_queue_free(queue);
    }
    ck_assert_uint_ne(hashes[0][0], hashes[0][1]);
    ck_assert_uint_ne(hashes[0][0], hashes[1][0]); /* each queue has a key of its own */
}
END_TEST

SUITE_MAIN("run_queue", newest_run_first_and_ties_by_arrival, a_name_is_held_once,
           what_arrives_while_its_name_is_in_hand_waits_anew, what_is_put_off_comes_when_it_is_due,
           an_arrival_or_a_recall_ends_the_wait, put_back_is_no_attempt, a_scan_forgets_what_is_gone_and_nothing_else,
           what_comes_back_into_line_during_a_scan_is_not_forgotten, a_hundred_thousand_names_in_any_order,
           random_operations_agree_with_a_model,
           names_do_not_collide_as_anybody_can_compute)
