/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thread.h"

#include <signal.h>
#include <time.h>

#include "util/clock.h"

bool thread_start(pthread_t *thread, void *(*work)(void *context), void *context, struct err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(thread, NULL, work, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure == 0 || err_set_errno(err, failure, "no thread");
}

bool thread_join(pthread_t thread, int64_t until_ms)
{
    int64_t left_ms = until_ms - clock_ms();
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    if (left_ms > 0) {
        until.tv_nsec += left_ms % 1000 * 1000000;
        until.tv_sec += left_ms / 1000 + until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
    }
    return pthread_timedjoin_np(thread, NULL, &until) == 0;
}
