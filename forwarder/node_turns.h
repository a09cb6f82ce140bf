/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_turns: the runs that wait, in the order in which they are taken: the nodes take turns, each with its newest run.
 *
 * Without turns a node with ten thousand waiting runs, or with dates that are always the newest, would hold up all
 * others. A node that had its turn comes again when all that waited with it had theirs; within a round the newest run
 * is first, so that compliance is fresh soon after an outage. Used by run_queue, which owns the runs.
 */
#ifndef RELAY_FORWARDER_NODE_TURNS_H
#define RELAY_FORWARDER_NODE_TURNS_H

#include <stddef.h>
#include <stdint.h>

#include "run_heap.h"
#include "util/slice.h"

struct node_turns;
struct node_turn; /* one node that has runs in the queue, or had some in this round */

struct node_turns *node_turns_new(void);
void node_turns_free(struct node_turns *turns);

/* The entry of a node, made if there is none. It stays until its last run is released. */
struct node_turn *node_turns_hold(struct node_turns *turns, struct slice node);
/* One of its runs is gone. */
void node_turns_release(struct node_turns *turns, struct node_turn *node);

/* run->node is set and the run is in no heap: it waits from now on. */
void node_turns_add(struct node_turns *turns, struct queued_run *run);
/* It waits no more. */
void node_turns_remove(struct node_turns *turns, struct queued_run *run);

/* The run whose turn it is, out of the heaps; NULL when none waits. */
struct queued_run *node_turns_take(struct node_turns *turns);

size_t node_turns_waiting(const struct node_turns *turns);

/* Forgets the nodes without runs whose round is over. From time to time. */
void node_turns_sweep(struct node_turns *turns);

#endif
