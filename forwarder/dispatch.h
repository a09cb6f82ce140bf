/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dispatch: hands the waiting runs to the workers: the run_queue with a lock around it, and when a batch may begin.
 *
 * A batch becomes one transaction, and a transaction costs about the same for one run as for twenty. So a batch begins
 * at once when the last one began long enough ago (a lone run never waits for company), or when enough runs wait for a
 * whole one; otherwise what arrives is gathered until the interval is over. One worker does for a slow stream; all of
 * them are at work when there is a back-log.
 *
 * All functions may be called by any thread.
 */
#ifndef RELAY_FORWARDER_DISPATCH_H
#define RELAY_FORWARDER_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run_queue.h"

struct dispatch;

struct dispatch *dispatch_new(size_t batch_runs, unsigned interval_ms);
void dispatch_free(struct dispatch *dispatch);

/* Which come first: larger is sooner, the same in the order of arrival. Run logs by the time in their names, the
 * newest first, unless this says otherwise. Before any name comes. */
typedef int64_t dispatch_order(const char *name);
void dispatch_order_by(struct dispatch *dispatch, dispatch_order *order);

/* For a single worker that has other things to wait for, too: an eventfd that becomes readable when there may be
 * something to take. It goes without dispatch_begin and asks dispatch_next_ms, which says when to look again
 * (INT64_MAX: not before the eventfd says so; the past: at once). It is told once, then not again before it has asked:
 * a worker that has its hands full is not woken for each file. */
void dispatch_wake_by(struct dispatch *dispatch, int event_fd);
int64_t dispatch_next_ms(struct dispatch *dispatch);

/* For the watcher, see run_queue. Names that are no run logs may be given, too: they come last, to be refused. */
void dispatch_arrived(struct dispatch *dispatch, const char *name);
void dispatch_scan_start(struct dispatch *dispatch);
void dispatch_scan_saw(struct dispatch *dispatch, const char *name);
size_t dispatch_scan_end(struct dispatch *dispatch);
void dispatch_recall(struct dispatch *dispatch);

/* All names held, whatever their state. */
size_t dispatch_count(struct dispatch *dispatch);

/* For a worker: waits until a batch may begin. False when the worker shall end. */
bool dispatch_begin(struct dispatch *dispatch);
/* One batch begins at once though there may be nothing for it: somebody is to look after the database. */
void dispatch_nudge(struct dispatch *dispatch);
/* The next run of the batch, or NULL when none waits (now) or the workers shall end. */
struct queued_run *dispatch_take(struct dispatch *dispatch);
/* The batch has got its runs: what is left is for somebody else. */
void dispatch_taken(struct dispatch *dispatch);

/* The run is out of the worker's hand, see run_queue. */
void dispatch_done(struct dispatch *dispatch, struct queued_run *run);
void dispatch_put_back(struct dispatch *dispatch, struct queued_run *run);
void dispatch_put_off(struct dispatch *dispatch, struct queued_run *run, int64_t wait_ms);

/* No batch begins any more and none takes another run. */
void dispatch_stop(struct dispatch *dispatch);

#endif
