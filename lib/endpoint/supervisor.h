/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * supervisor: keeps several processes that serve on one listener, its workers.
 *
 * It forks the workers and watches them; it answers no request itself. It holds the listener, so that requests wait
 * while a worker is replaced.
 *
 * Start: it is over when every worker has called supervisor_ready; systemd is told then (sd_notify). A worker that ends
 * before ends the start: the others are stopped, and the program ends with that worker's status.
 * Later a worker that ends is replaced: at once if it lived for 10 seconds, otherwise after a delay that doubles with
 * each time, up to 10 seconds. When no worker serves any more and a new one ends before it is ready, the supervisor
 * gives up with that worker's status, so that whoever started the program sees that it does not serve.
 * TERM, INT, USR1: the workers get TERM, nobody is replaced, and the supervisor ends with 0 after the last of them,
 * however long that takes: limits are set by the workers and by whoever sent the signal. HUP is passed on.
 * When the supervisor is killed, the kernel sends TERM to the workers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SUPERVISOR_WORKERS_MAX = 256 };

/* Returns several times: true in each worker, with the signals of signal_watch.h blocked and *ready to be passed to
 * supervisor_ready; false in the supervisor at its end, and *status is what to exit with. count: 1 to
 * SUPERVISOR_WORKERS_MAX. The process that calls it has no other children and no threads. */
bool supervisor_run(size_t count, int *ready, int *status);

/* Tells the supervisor that this worker serves from now on. ready: -1 for a process without a supervisor, which tells
 * systemd itself. */
void supervisor_ready(int ready);
