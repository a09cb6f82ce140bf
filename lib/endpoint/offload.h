/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * offload: child processes that finish a request in place of the worker, which is free for others: the rest of an
 * answer to a slow client, or a request that waits for another server. Both together are at most OFFLOAD_MAX.
 *
 * A child is a fork of its worker in the middle of a request. It finishes that request as the worker would have,
 * including log line and metrics, and ends. It has no listener. The kernel ends it when its worker ends. TERM and the
 * other signals are handled by the worker, which waits for its children.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/err.h"

enum { OFFLOAD_MAX = 16 }; /* children of one worker */

/* All zero bytes is a valid value: no children, and this process is not a child. */
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

/* Forks, and returns in both processes. OFFLOAD_NONE when there are OFFLOAD_MAX children, when this process is itself a
 * child, or (with err) when fork fails. The child closes listener and opens /dev/null under its number. */
enum offload_side offload_response(struct offload *offload, int listener, struct err *err);

/* Reaps the children that have ended. Call it after SIGCHLD. */
void offload_reap(struct offload *offload);

/* Waits until all children have ended, but at most timeout_ms; then ends those that are left and returns how many.
 * signals: a signalfd that tells of SIGCHLD. */
size_t offload_end(struct offload *offload, int signals, int64_t timeout_ms);
