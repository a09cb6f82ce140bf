/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * offload: child processes that send the rest of a long answer to a slow client, so that the worker is free for others.
 *
 * A child is a fork of its worker in the midst of a request. It finishes that one request as the worker would have, log
 * line and metrics included, and ends. It has no listener. It ends when its worker ends (the kernel sees to that). TERM
 * and the like are for the worker, which waits for its children.
 */
#ifndef RELAY_ENDPOINT_OFFLOAD_H
#define RELAY_ENDPOINT_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/err.h"

enum { OFFLOAD_MAX = 16 }; /* children of one worker */

/* All zero bytes is a valid one: no children, and this process is none. */
struct offload {
    bool is_child;
    size_t count;
    pid_t pids[OFFLOAD_MAX];
};

enum offload_side {
    OFFLOAD_PARENT, /* the child goes on with the request */
    OFFLOAD_CHILD,  /* this is the child: go on with the request */
    OFFLOAD_NONE,   /* there is no child: go on with the request */
};

/* Forks: returns in both processes. Returns OFFLOAD_NONE when there are as many children as may be, when this is one,
 * and (with err) when the system gives no new process. listener is closed in the child: its number stands for
 * /dev/null. */
enum offload_side offload_response(struct offload *offload, int listener, struct err *err);

/* Forgets the children that have ended. For when SIGCHLD came. */
void offload_reap(struct offload *offload);

/* Waits until all children have ended, at most so long; then ends those that are left and returns how many. signals: a
 * signalfd that tells of SIGCHLD. */
size_t offload_end(struct offload *offload, int signals, int64_t timeout_ms);

#endif
