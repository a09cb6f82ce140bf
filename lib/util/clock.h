/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * clock: the time that back-off, pacing and timers are counted in. It never jumps, and means nothing outside the
 * process. Only the functions with `wall` in their name give the time of day.
 */
#pragma once

#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* Microseconds of any clock of clock_gettime(2). */
static inline int64_t clock_read_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Microseconds of CLOCK_MONOTONIC. */
static inline int64_t clock_us(void)
{
    return clock_read_us(CLOCK_MONOTONIC);
}

/* The same in milliseconds. */
static inline int64_t clock_ms(void)
{
    return clock_us() / 1000;
}

/* Microseconds since 1970 by the machine's clock, which can be set back and forth. */
static inline int64_t clock_wall_us(void)
{
    return clock_read_us(CLOCK_REALTIME);
}

/* The same in milliseconds. */
static inline int64_t clock_wall_ms(void)
{
    return clock_wall_us() / 1000;
}

/* Initialises a condition whose timed waits use CLOCK_MONOTONIC. */
static inline void clock_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* Waits for a signal, but no longer than until_ms. INT64_MAX: without limit. */
static inline void clock_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until_ms)
{
    if (until_ms == INT64_MAX) {
        pthread_cond_wait(cond, lock);
    } else {
        struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
        pthread_cond_timedwait(cond, lock, &until);
    }
}

static inline int64_t clock_earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t clock_later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The time-out for a poll(2) that must end at until_ms: 0 when that moment has passed, -1 (no limit) for INT64_MAX. */
static inline int clock_poll_timeout(int64_t until_ms)
{
    int64_t now_ms = clock_ms();
    if (until_ms == INT64_MAX) {
        return -1;
    }
    if (until_ms <= now_ms) {
        return 0;
    }
    return until_ms - now_ms < INT_MAX ? (int)(until_ms - now_ms) : INT_MAX;
}
