/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_age: is a run too old to be stored, or is it the clock that is wrong?
 *
 * Source: PROTOCOL.md section 8. An old run that somebody sends again would count as the newest of its node. So a run
 * that had begun more than max_age before the first of our servers took it is set aside. Where the clock is the cause
 * the runs wait instead: when the clock of this server has jumped ahead since the program started, by so much that it
 * explains the age, or when most of the nodes heard of lately come with runs that are too old.
 *
 * One for all workers; may be used by several threads.
 */
#ifndef RELAY_FORWARDER_RUN_AGE_H
#define RELAY_FORWARDER_RUN_AGE_H

#include <stdint.h>

#include "util/err.h"

struct run_age;

/* Both in seconds; their difference changes only when the clock is set. */
struct run_age_now {
    int64_t clock;     /* since 1970 */
    int64_t monotonic;
};

struct run_age_now run_age_now(void);

/* max_age in seconds; 0: no limit. now: to compare with later. */
struct run_age *run_age_new(int64_t max_age, const struct run_age_now *now);
void run_age_free(struct run_age *ages);

enum run_age_verdict {
    RUN_AGE_GOOD,
    RUN_AGE_TOO_OLD, /* the run is to blame */
    RUN_AGE_CLOCK,   /* the clock is: it may be set right */
};

/* began: by the run itself; taken: when the first of our servers took it; seconds since 1970. ages NULL: no limit.
 * The reason, unless good. */
enum run_age_verdict run_age_check(struct run_age *ages, const char *node_id, int64_t began, int64_t taken,
                                   const struct run_age_now *now, struct err *reason);

#endif
