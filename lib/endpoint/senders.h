/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * senders: processes that send the rest of a long answer to a slow client, so that the worker is free for others.
 *
 * A sender is a fork of its worker in the midst of a request. It goes on with that one request as the worker would
 * have, log line and metrics included, and ends. It has no listener; it ends when its worker ends (the kernel sees to
 * that); TERM and the like are for the worker, which waits for its senders.
 */
#ifndef RELAY_ENDPOINT_SENDERS_H
#define RELAY_ENDPOINT_SENDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/err.h"

enum { SENDERS_MAX = 16 }; /* of one worker */

/* All zero bytes is a valid one: no senders, and this process is none. */
struct senders {
    bool is_sender;
    size_t count;
    pid_t pids[SENDERS_MAX];
};

enum senders_fork { SENDERS_THE_WORKER, SENDERS_THE_SENDER, SENDERS_NONE };

/* Returns twice, as fork does; or once, SENDERS_NONE, when there are as many as may be, when this is a sender, and
 * (with err) when there can be no new process. listener is closed in the sender: its number stands for /dev/null. */
enum senders_fork senders_fork(struct senders *senders, int listener, struct err *err);

/* Forgets those that have ended. For when SIGCHLD came. */
void senders_reap(struct senders *senders);

/* Waits until all have ended, at most so long; then ends those that are left and returns how many. signals: a signalfd
 * that tells of SIGCHLD. */
size_t senders_end(struct senders *senders, int signals, int64_t timeout_ms);

#endif
