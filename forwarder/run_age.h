/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_age: decides whether a run is too old to be stored, or the clock is wrong.
 *
 * Source: PROTOCOL.md section 8. If somebody sends an old run again, it would count as the newest of its node. So a run
 * that began more than max_age before the first of our servers took it is refused. When the clock is the cause, the run
 * waits instead. The clock is the cause when the clock of this server has jumped ahead since the program started, far
 * enough to explain the age, or when the runs of most nodes of the last hour were too old.
 *
 * One for all workers; may be used by several threads.
 */
#pragma once

#include <stdint.h>

#include "util/err.h"

struct run_age;

/* Both in seconds; their difference changes only when the clock is set. */
struct run_age_now {
    int64_t clock; /* since 1970 */
    int64_t monotonic;
};

struct run_age_now run_age_now(void);

/* max_age in seconds; 0: no limit. now: the moment that later clocks are compared with. */
struct run_age *run_age_new(int64_t max_age, const struct run_age_now *now);
void run_age_free(struct run_age *ages);

enum run_age_verdict {
    RUN_AGE_GOOD,
    RUN_AGE_TOO_OLD, /* the run is too old, and the clock is right */
    RUN_AGE_CLOCK,   /* the clock seems wrong: the run may be good once it is set right */
};

/* began: when the run began, as it says itself; taken: when the first of our servers took it; both in seconds since
 * 1970. ages may be NULL: no limit. Sets the reason unless the verdict is good. */
enum run_age_verdict run_age_check(struct run_age *ages, const char *node_id, int64_t began, int64_t taken,
                                   const struct run_age_now *now, struct err *reason);
