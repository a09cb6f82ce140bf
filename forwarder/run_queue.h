/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_queue: the names of the files in incoming/, in the order in which they are to be taken.
 *
 * Each name is held once, however often it is reported. The nodes take turns (node_turns.h), each with its newest run,
 * by the time in its name; runs of the same time come in the order of their arrival. A name is waiting, active (a sink
 * works on it) or deferred until a moment. The queue is a cache of the directory: a scan adds the names that the queue
 * does not know and drops those that are gone. So nothing is lost with the queue.
 *
 * The module has no lock and no clock: the caller serialises and says what time it is (any clock in milliseconds).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

struct run_queue;

/* One name, of a run log or of an inventory (run_heap.h has the fields). The pointer that run_queue_take returns is
 * valid until run_queue_done, _requeue or _defer. */
struct queued_run;
const char *queued_run_name(const struct queued_run *run);
unsigned queued_run_attempts(const struct queued_run *run); /* how often it was deferred so far */

bool queued_run_renamed(const struct queued_run *run); /* see run_queue_renamed */

struct run_queue *run_queue_new(void);
void run_queue_free(struct run_queue *queue);

/* A file of this name has just come into the directory. A name that is new or deferred waits from now on. An active one
 * becomes dirty: it waits again when the sink is done with it, since the file there now may be another one than the
 * sink has read. run_time: larger is newer. node: whose run it is. Names whose node is not known have an empty one and
 * take turns as one node. */
void run_queue_arrived(struct run_queue *queue, const char *name, int64_t run_time, struct slice node);
/* The same for a file that is known to have come by rename, so it is whole. */
void run_queue_renamed(struct run_queue *queue, const char *name, int64_t run_time, struct slice node);

/* A scan of the directory: start, add for each name, end. The end drops the names, waiting or deferred, that were not
 * added and have not arrived since the start, and returns how many. All other functions may be called in between. */
void run_queue_scan_start(struct run_queue *queue);
void run_queue_scan_add(struct run_queue *queue, const char *name, int64_t run_time, struct slice node);
size_t run_queue_scan_end(struct run_queue *queue);

/* How many names could be taken now; when the next one that is deferred, or whose node is suspended, is due, INT64_MAX
 * if there is none. */
size_t run_queue_waiting(struct run_queue *queue, int64_t now_ms);
int64_t run_queue_next_due(const struct run_queue *queue);

/* All names held: waiting, active and deferred. */
size_t run_queue_count(const struct run_queue *queue);

/* Makes the first of the waiting runs active and returns it; NULL when none waits. */
struct queued_run *run_queue_take(struct run_queue *queue, int64_t now_ms);

/* The sink is done with an active run. done: the file has left the directory. requeue: it waits as before. defer: it
 * does not wait before due_ms. */
void run_queue_done(struct run_queue *queue, struct queued_run *run);
void run_queue_requeue(struct run_queue *queue, struct queued_run *run);
void run_queue_defer(struct run_queue *queue, struct queued_run *run, int64_t due_ms);

/* How many of the names that could be taken now are of other nodes than this active run. */
size_t run_queue_others(struct run_queue *queue, const struct queued_run *run, int64_t now_ms);

/* No run of this active run's node is taken before due_ms. Nothing happens when its node is not known. The active run
 * itself is still to be ended in one of the ways above. */
void run_queue_suspend_node(struct run_queue *queue, const struct queued_run *run, int64_t due_ms);

/* All deferred runs, and those of suspended nodes, wait from now on: the reason for it may be gone. */
void run_queue_flush_deferred(struct run_queue *queue);
