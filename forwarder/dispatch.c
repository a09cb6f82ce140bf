/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dispatch.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "relay/run_info.h"
#include "util/clock.h"
#include "util/xmalloc.h"

/* From this many names on their memory is worth giving back to the system when all are gone. */
enum { LARGE_QUEUE = 10000 };

struct dispatch {
    pthread_mutex_t lock;
    pthread_cond_t wake; /* a batch may begin, perhaps */
    struct run_queue *queue;
    size_t batch_runs;
    size_t most; /* names held at once since the queue was empty */
    int64_t interval_ms;
    int64_t last_begin_ms;
    dispatch_order *order;
    int event_fd; /* -1: none */
    bool told;    /* by event_fd, since dispatch_next_ms was last asked */
    bool nudged;
    bool stopping;
};

static int64_t run_time(const char *name)
{
    struct run_info info;
    return run_info_parse(name, strlen(name), &info, NULL) ? timestamp_postgres(&info.timestamp) : INT64_MIN;
}

struct dispatch *dispatch_new(size_t batch_runs, unsigned interval_ms)
{
    struct dispatch *dispatch = xcalloc(1, sizeof *dispatch);
    pthread_mutex_init(&dispatch->lock, NULL);
    clock_cond_init(&dispatch->wake);
    dispatch->queue = run_queue_new();
    dispatch->batch_runs = batch_runs;
    dispatch->interval_ms = interval_ms;
    dispatch->last_begin_ms = clock_ms() - interval_ms;
    dispatch->order = run_time;
    dispatch->event_fd = -1;
    return dispatch;
}

void dispatch_free(struct dispatch *dispatch)
{
    if (dispatch != NULL) {
        run_queue_free(dispatch->queue);
        pthread_cond_destroy(&dispatch->wake);
        pthread_mutex_destroy(&dispatch->lock);
        free(dispatch);
    }
}

void dispatch_order_by(struct dispatch *dispatch, dispatch_order *order)
{
    dispatch->order = order;
}

void dispatch_wake_by(struct dispatch *dispatch, int event_fd)
{
    dispatch->event_fd = event_fd;
}

static void wake_one(struct dispatch *dispatch)
{
    pthread_cond_signal(&dispatch->wake);
    if (dispatch->event_fd >= 0 && !dispatch->told) {
        eventfd_write(dispatch->event_fd, 1);
        dispatch->told = true;
    }
}

/* A sleeping worker is needed for the first run, and another one when there is a whole batch: in between somebody
 * gathers. */
static void wake_if_needed(struct dispatch *dispatch)
{
    size_t waiting = run_queue_waiting(dispatch->queue, clock_ms());
    if (waiting == 1 || waiting >= dispatch->batch_runs) {
        wake_one(dispatch);
    }
    size_t count = run_queue_count(dispatch->queue);
    if (count > dispatch->most) {
        dispatch->most = count;
    }
}

static void unlock(struct dispatch *dispatch)
{
    bool drained = dispatch->most >= LARGE_QUEUE && run_queue_count(dispatch->queue) == 0;
    if (drained) {
        dispatch->most = 0;
    }
    pthread_mutex_unlock(&dispatch->lock);
    if (drained) {
        malloc_trim(0);
    }
}

/* The order is found out before anybody has to wait for the lock. */
static void note_name(struct dispatch *dispatch, const char *name,
                      void (*note)(struct run_queue *queue, const char *name, int64_t order))
{
    int64_t order = dispatch->order(name);
    pthread_mutex_lock(&dispatch->lock);
    note(dispatch->queue, name, order);
    wake_if_needed(dispatch);
    unlock(dispatch);
}

void dispatch_arrived(struct dispatch *dispatch, const char *name)
{
    note_name(dispatch, name, run_queue_arrived);
}

void dispatch_scan_start(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    run_queue_scan_start(dispatch->queue);
    unlock(dispatch);
}

void dispatch_scan_saw(struct dispatch *dispatch, const char *name)
{
    note_name(dispatch, name, run_queue_scan_saw);
}

size_t dispatch_scan_end(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    size_t forgotten = run_queue_scan_end(dispatch->queue);
    unlock(dispatch);
    return forgotten;
}

void dispatch_recall(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    run_queue_recall(dispatch->queue);
    pthread_cond_broadcast(&dispatch->wake);
    wake_one(dispatch);
    unlock(dispatch);
}

size_t dispatch_count(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    size_t count = run_queue_count(dispatch->queue);
    unlock(dispatch);
    return count;
}

/* May a batch begin now? If not, *again_ms is when to look again, should nobody signal before. */
static bool may_begin(struct dispatch *dispatch, int64_t *again_ms)
{
    int64_t now = clock_ms();
    int64_t earliest = dispatch->last_begin_ms + dispatch->interval_ms;
    size_t waiting = run_queue_waiting(dispatch->queue, now);
    if (waiting >= dispatch->batch_runs || (waiting > 0 && now >= earliest) || dispatch->nudged) {
        dispatch->last_begin_ms = now;
        dispatch->nudged = false;
        return true;
    }
    *again_ms = waiting > 0 ? earliest : run_queue_next_due(dispatch->queue);
    return false;
}

bool dispatch_begin(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    int64_t again_ms;
    while (!dispatch->stopping && !may_begin(dispatch, &again_ms)) {
        clock_cond_wait(&dispatch->wake, &dispatch->lock, again_ms);
    }
    bool begin = !dispatch->stopping;
    unlock(dispatch);
    return begin;
}

void dispatch_nudge(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    dispatch->nudged = true;
    pthread_cond_signal(&dispatch->wake);
    unlock(dispatch);
}

struct queued_run *dispatch_take(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    struct queued_run *run = dispatch->stopping ? NULL : run_queue_take(dispatch->queue, clock_ms());
    unlock(dispatch);
    return run;
}

int64_t dispatch_next_ms(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    dispatch->told = false;
    int64_t now = clock_ms();
    int64_t next = run_queue_waiting(dispatch->queue, now) > 0 ? now : run_queue_next_due(dispatch->queue);
    unlock(dispatch);
    return next;
}

void dispatch_taken(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    if (run_queue_waiting(dispatch->queue, clock_ms()) > 0) {
        wake_one(dispatch);
    }
    unlock(dispatch);
}

void dispatch_done(struct dispatch *dispatch, struct queued_run *run)
{
    pthread_mutex_lock(&dispatch->lock);
    run_queue_done(dispatch->queue, run);
    wake_if_needed(dispatch); /* it may wait anew */
    unlock(dispatch);
}

void dispatch_put_back(struct dispatch *dispatch, struct queued_run *run)
{
    pthread_mutex_lock(&dispatch->lock);
    run_queue_put_back(dispatch->queue, run);
    wake_if_needed(dispatch);
    unlock(dispatch);
}

void dispatch_put_off(struct dispatch *dispatch, struct queued_run *run, int64_t wait_ms)
{
    pthread_mutex_lock(&dispatch->lock);
    run_queue_put_off(dispatch->queue, run, clock_ms() + wait_ms);
    wake_one(dispatch); /* a sleeper may have to wake sooner than it thinks */
    unlock(dispatch);
}

void dispatch_stop(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    dispatch->stopping = true;
    pthread_cond_broadcast(&dispatch->wake);
    unlock(dispatch);
}
