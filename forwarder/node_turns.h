/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_turns: the order in which waiting runs are taken: the nodes take turns, each with its newest run.
 *
 * Without turns a node with ten thousand waiting runs, or with dates that are always the newest, would hold up all
 * others. A node has its next turn when all nodes that waited with it have had theirs. Within a round the newest run
 * comes first, so that compliance is up to date soon after an outage. A node may be suspended until a moment; its runs
 * are not taken before. Used by run_queue, which owns the runs.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "run_heap.h"
#include "util/slice.h"

struct node_turns;
struct node_turn; /* one node that has runs in the queue, or had some in this round */

struct node_turns *node_turns_new(void);
void node_turns_free(struct node_turns *turns);

/* Returns the entry of a node, which it makes if there is none. Each run holds the entry once; the entry stays until
 * its last run is released. */
struct node_turn *node_turns_hold(struct node_turns *turns, struct slice node);
/* A run that held the entry is gone. */
void node_turns_release(struct node_turns *turns, struct node_turn *node);

/* The run waits from now on. The caller has set run->node, and the run is in no heap. */
void node_turns_add(struct node_turns *turns, struct queued_run *run);
/* The run no longer waits. */
void node_turns_remove(struct node_turns *turns, struct queued_run *run);

/* Removes and returns the run whose turn it is; NULL when none waits. */
struct queued_run *node_turns_take(struct node_turns *turns);

/* Runs that may be taken: those of suspended nodes do not count. */
size_t node_turns_waiting(const struct node_turns *turns);

/* How many of them are not of this node. Names whose node is not known have no node in common. */
size_t node_turns_others(const struct node_turns *turns, const struct node_turn *node);

/* No run of the node is taken before until_ms (above 0). One that is suspended already stays so for the longer time.
 * Names whose node is not known are never suspended. */
void node_turns_suspend(struct node_turns *turns, struct node_turn *node, int64_t until_ms);
/* Ends the suspension of the nodes whose time has come. */
void node_turns_resume(struct node_turns *turns, int64_t now_ms);
/* When the next suspension of a node with waiting runs ends; INT64_MAX when there is none. */
int64_t node_turns_next_resume(const struct node_turns *turns);

/* Forgets the nodes without runs whose round is over. To be called from time to time. */
void node_turns_sweep(struct node_turns *turns);
