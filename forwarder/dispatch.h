/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dispatch: hands the waiting runs to the workers: a run_queue with a lock, and the decision when a batch may begin.
 *
 * A batch becomes one transaction, and a transaction costs about the same for one run as for twenty. So a batch begins
 * at once if the last one began at least an interval ago (a lone run does not wait for others), or if enough runs wait
 * for a whole batch. Otherwise arriving runs are gathered until the interval is over. That keeps one worker busy under
 * a slow stream, and all of them when there is a back-log.
 *
 * Any thread may call any function.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run_queue.h"

struct dispatch;

struct dispatch *dispatch_new(size_t batch_runs, unsigned interval_ms);
void dispatch_free(struct dispatch *dispatch);

/* Sets the order of the names: larger comes first, equal ones in the order of their arrival. Without this call they are
 * names of run logs: the nodes take turns, each with the newest run by the time in its name; a time in the future
 * counts as now. To be called before any name is added. */
typedef int64_t dispatch_order(const char *name);
void dispatch_order_by(struct dispatch *dispatch, dispatch_order *order);

/* For a single worker that also waits for other things, and therefore does not call dispatch_begin: event_fd, an
 * eventfd, becomes readable when there may be a run to take. It is written to once; after that not before the worker
 * has called dispatch_next_ms, so that a busy worker is not woken for each file. dispatch_next_ms returns when to call
 * dispatch_take: in the past if a run waits, INT64_MAX if not before event_fd is readable. */
void dispatch_set_event_fd(struct dispatch *dispatch, int event_fd);
int64_t dispatch_next_ms(struct dispatch *dispatch);

/* For the watcher; see run_queue.h. Names that no run log can have are allowed: they come last, and the sink refuses
 * them. */
void dispatch_arrived(struct dispatch *dispatch, const char *name);
void dispatch_renamed(struct dispatch *dispatch, const char *name);
void dispatch_scan_start(struct dispatch *dispatch);
void dispatch_scan_add(struct dispatch *dispatch, const char *name);
size_t dispatch_scan_end(struct dispatch *dispatch);
void dispatch_flush_deferred(struct dispatch *dispatch);

/* All names held, in any state. */
size_t dispatch_count(struct dispatch *dispatch);

/* For a worker: waits until a batch may begin. False when the worker shall end. */
bool dispatch_begin(struct dispatch *dispatch);
/* Lets one batch begin at once, even an empty one: a worker with nothing to do shall look after the database. */
void dispatch_wake_idle(struct dispatch *dispatch);
/* The next run of the batch. NULL when none waits now, or when the workers shall end. */
struct queued_run *dispatch_take(struct dispatch *dispatch);
/* The batch has its runs. If more wait, another worker is woken for them. */
void dispatch_batch_end(struct dispatch *dispatch);

/* The worker is done with a run; see run_queue.h. */
void dispatch_done(struct dispatch *dispatch, struct queued_run *run);
void dispatch_requeue(struct dispatch *dispatch, struct queued_run *run);
void dispatch_defer(struct dispatch *dispatch, struct queued_run *run, int64_t wait_ms);
void dispatch_suspend_node(struct dispatch *dispatch, const struct queued_run *run, int64_t wait_ms);
size_t dispatch_others(struct dispatch *dispatch, const struct queued_run *run);

/* From now on no batch begins and no run is handed out. */
void dispatch_stop(struct dispatch *dispatch);
