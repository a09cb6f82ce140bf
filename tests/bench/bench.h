/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench: a clock and a median, for programs that print figures.
 */
#pragma once

#include <stdlib.h>
#include <time.h>

static inline double bench_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline double bench_seconds(void)
{
    return bench_clock(CLOCK_MONOTONIC);
}

/* What this thread had of a processor: for what only computes, so that others on the machine don't count. */
static inline double bench_cpu_seconds(void)
{
    return bench_clock(CLOCK_THREAD_CPUTIME_ID);
}

static inline int bench_compare(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;
    return (first > second) - (first < second);
}

/* Sorts the figures. */
static inline double bench_median(double *figures, size_t count)
{
    qsort(figures, count, sizeof *figures, bench_compare);
    return (figures[(count - 1) / 2] + figures[count / 2]) / 2;
}
