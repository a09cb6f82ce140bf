/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dispatch.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#include "relay/run_info.h"
#include "util/clock.h"
#include "util/xmalloc.h"

/* If the queue has held this many names, their memory goes back to the system once all are gone. */
enum { LARGE_QUEUE = 10000 };

struct dispatch {
    pthread_mutex_t lock;
    pthread_cond_t wake; /* a batch may perhaps begin */
    struct run_queue *queue;
    size_t batch_runs;
    size_t count_max; /* names held at once since the queue was empty */
    int64_t interval_ms;
    int64_t last_begin_ms;
    dispatch_order *order; /* NULL: run logs, nodes in turns */
    int event_fd;          /* -1: none */
    bool signalled;        /* event_fd was written to since dispatch_next_ms was last called */
    bool wake_idle;
    bool stopping;
};

/* A date ahead of the clock counts as now. Otherwise a node with a wrong clock would always come first. */
static int64_t run_time_of(const char *name, struct run_info *info)
{
    if (!run_info_parse(name, strlen(name), info, NULL)) {
        *info = (struct run_info){0};
        return INT64_MIN;
    }
    const struct timestamp now = {.seconds = time(NULL)};
    return timestamp_postgres(timestamp_compare(&info->timestamp, &now) < 0 ? &info->timestamp : &now);
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

void dispatch_set_event_fd(struct dispatch *dispatch, int event_fd)
{
    dispatch->event_fd = event_fd;
}

static void wake_one(struct dispatch *dispatch)
{
    pthread_cond_signal(&dispatch->wake);
    if (dispatch->event_fd >= 0 && !dispatch->signalled) {
        eventfd_write(dispatch->event_fd, 1);
        dispatch->signalled = true;
    }
}

/* Wakes a worker for the first run and one for each whole batch. In between the worker that was woken gathers. */
static void wake_if_needed(struct dispatch *dispatch)
{
    size_t waiting = run_queue_waiting(dispatch->queue, clock_ms());
    if (waiting == 1 || waiting >= dispatch->batch_runs) {
        wake_one(dispatch);
    }
    size_t count = run_queue_count(dispatch->queue);
    if (count > dispatch->count_max) {
        dispatch->count_max = count;
    }
}

static void dispatch_unlock(struct dispatch *dispatch)
{
    bool drained = dispatch->count_max >= LARGE_QUEUE && run_queue_count(dispatch->queue) == 0;
    if (drained) {
        dispatch->count_max = 0;
    }
    pthread_mutex_unlock(&dispatch->lock);
    if (drained) {
        malloc_trim(0);
    }
}

/* Parses the name for its order before it takes the lock. */
static void dispatch_add(struct dispatch *dispatch, const char *name,
                         void (*add)(struct run_queue *queue, const char *name, int64_t order, struct slice node))
{
    struct run_info info = {0};
    int64_t order = dispatch->order != NULL ? dispatch->order(name) : run_time_of(name, &info);
    pthread_mutex_lock(&dispatch->lock);
    add(dispatch->queue, name, order, slice_from_str(info.node_id));
    wake_if_needed(dispatch);
    dispatch_unlock(dispatch);
}

void dispatch_arrived(struct dispatch *dispatch, const char *name)
{
    dispatch_add(dispatch, name, run_queue_arrived);
}

void dispatch_renamed(struct dispatch *dispatch, const char *name)
{
    dispatch_add(dispatch, name, run_queue_renamed);
}

void dispatch_scan_start(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    run_queue_scan_start(dispatch->queue);
    dispatch_unlock(dispatch);
}

void dispatch_scan_add(struct dispatch *dispatch, const char *name)
{
    dispatch_add(dispatch, name, run_queue_scan_add);
}

size_t dispatch_scan_end(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    size_t dropped = run_queue_scan_end(dispatch->queue);
    dispatch_unlock(dispatch);
    return dropped;
}

void dispatch_flush_deferred(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    run_queue_flush_deferred(dispatch->queue);
    pthread_cond_broadcast(&dispatch->wake);
    wake_one(dispatch);
    dispatch_unlock(dispatch);
}

size_t dispatch_count(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    size_t count = run_queue_count(dispatch->queue);
    dispatch_unlock(dispatch);
    return count;
}

/* May a batch begin now? If not, *again_ms is when to ask again unless `wake` is signalled before. */
static bool batch_may_begin(struct dispatch *dispatch, int64_t *again_ms)
{
    int64_t now = clock_ms();
    int64_t earliest = dispatch->last_begin_ms + dispatch->interval_ms;
    size_t waiting = run_queue_waiting(dispatch->queue, now);
    if (waiting >= dispatch->batch_runs || (waiting > 0 && now >= earliest) || dispatch->wake_idle) {
        dispatch->last_begin_ms = now;
        dispatch->wake_idle = false;
        return true;
    }
    *again_ms = waiting > 0 ? earliest : run_queue_next_due(dispatch->queue);
    return false;
}

bool dispatch_begin(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    int64_t again_ms;
    while (!dispatch->stopping && !batch_may_begin(dispatch, &again_ms)) {
        clock_cond_wait(&dispatch->wake, &dispatch->lock, again_ms);
    }
    bool begin = !dispatch->stopping;
    dispatch_unlock(dispatch);
    return begin;
}

void dispatch_wake_idle(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    dispatch->wake_idle = true;
    pthread_cond_signal(&dispatch->wake);
    dispatch_unlock(dispatch);
}

struct queued_run *dispatch_take(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    struct queued_run *run = dispatch->stopping ? NULL : run_queue_take(dispatch->queue, clock_ms());
    dispatch_unlock(dispatch);
    return run;
}

int64_t dispatch_next_ms(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    dispatch->signalled = false;
    int64_t now = clock_ms();
    int64_t next = run_queue_waiting(dispatch->queue, now) > 0 ? now : run_queue_next_due(dispatch->queue);
    dispatch_unlock(dispatch);
    return next;
}

void dispatch_batch_end(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    if (run_queue_waiting(dispatch->queue, clock_ms()) > 0) {
        wake_one(dispatch);
    }
    dispatch_unlock(dispatch);
}

void dispatch_done(struct dispatch *dispatch, struct queued_run *run)
{
    pthread_mutex_lock(&dispatch->lock);
    run_queue_done(dispatch->queue, run);
    wake_if_needed(dispatch); /* a dirty one waits again */
    dispatch_unlock(dispatch);
}

void dispatch_requeue(struct dispatch *dispatch, struct queued_run *run)
{
    pthread_mutex_lock(&dispatch->lock);
    run_queue_requeue(dispatch->queue, run);
    wake_if_needed(dispatch);
    dispatch_unlock(dispatch);
}

void dispatch_defer(struct dispatch *dispatch, struct queued_run *run, int64_t wait_ms)
{
    pthread_mutex_lock(&dispatch->lock);
    run_queue_defer(dispatch->queue, run, clock_ms() + wait_ms);
    wake_one(dispatch); /* a sleeping worker may have to wake earlier than it planned */
    dispatch_unlock(dispatch);
}

void dispatch_suspend_node(struct dispatch *dispatch, const struct queued_run *run, int64_t wait_ms)
{
    pthread_mutex_lock(&dispatch->lock);
    run_queue_suspend_node(dispatch->queue, run, clock_ms() + wait_ms);
    dispatch_unlock(dispatch);
}

size_t dispatch_others(struct dispatch *dispatch, const struct queued_run *run)
{
    pthread_mutex_lock(&dispatch->lock);
    size_t others = run_queue_others(dispatch->queue, run, clock_ms());
    dispatch_unlock(dispatch);
    return others;
}

void dispatch_stop(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    dispatch->stopping = true;
    pthread_cond_broadcast(&dispatch->wake);
    dispatch_unlock(dispatch);
}
