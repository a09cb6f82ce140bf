/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_queue: the names of the files that are known to wait in incoming/, in the order in which they are to be taken.
 *
 * Each name is held once, whoever reports it how often. Newest run first, by the time in its name, so that compliance
 * is fresh soon after an outage; runs of the same time in the order of their arrival. A name is waiting, in hand (a
 * worker has it), or put off until a moment. The queue is a cache of the folder: a scan adds what it does not know and
 * forgets what is gone; losing the queue loses nothing.
 *
 * No locks and no clock in here: the caller serialises and says what time it is (any clock in milliseconds).
 */
#ifndef RELAY_FORWARDER_RUN_QUEUE_H
#define RELAY_FORWARDER_RUN_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run_queue;

/* One name. The pointer that run_queue_take returns is valid until the run is given back with one of the functions
 * below. */
struct queued_run;
const char *queued_run_name(const struct queued_run *run);
unsigned queued_run_attempts(const struct queued_run *run); /* how often it was put off so far */

struct run_queue *run_queue_new(void);
void run_queue_free(struct run_queue *queue);

/* A file of this name has just been put into the folder. Waits if it is not known or was put off. If it is in hand, it
 * will wait anew afterwards: what is there now may be another file than the one in hand. run_time: larger is newer. */
void run_queue_arrived(struct run_queue *queue, const char *name, int64_t run_time);

/* A scan of the folder: start, saw for each name, end. The end forgets the names that wait or are put off but were
 * neither seen nor arrived since the start, and says how many. Anything else may happen in between. */
void run_queue_scan_start(struct run_queue *queue);
void run_queue_scan_saw(struct run_queue *queue, const char *name, int64_t run_time);
size_t run_queue_scan_end(struct run_queue *queue);

/* How many could be taken at this moment, and when the next of those put off is due (INT64_MAX: none is). */
size_t run_queue_waiting(struct run_queue *queue, int64_t now_ms);
int64_t run_queue_next_due(const struct run_queue *queue);

/* All names held: waiting, in hand and put off. */
size_t run_queue_count(const struct run_queue *queue);

/* The newest waiting run comes into the caller's hand; NULL when none waits. */
struct queued_run *run_queue_take(struct run_queue *queue, int64_t now_ms);

/* Out of hand again. done: the file has left the folder. put_back: it waits as before. put_off: not before due_ms. */
void run_queue_done(struct run_queue *queue, struct queued_run *run);
void run_queue_put_back(struct run_queue *queue, struct queued_run *run);
void run_queue_put_off(struct run_queue *queue, struct queued_run *run, int64_t due_ms);

/* What was put off is due now: the reason for it may be gone. */
void run_queue_recall(struct run_queue *queue);

#endif
