/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * breaker: a circuit breaker between the forwarder and a server that it depends on.
 *
 * While the server works the breaker is closed and every call passes. When the server fails the breaker opens: then one
 * call at a time, the probe, goes to the server, once a back-off step. Any success closes the breaker.
 *
 * A certain failure, one that cannot be the file's fault, opens it at once. A doubtful one opens it when it is the
 * second without a success in between.
 *
 * This is a state machine without lock, clock and waiting: the caller serialises, and says what time it is (any clock
 * in milliseconds). That serves both users. sink_upstream, one thread with many transfers, asks with breaker_next_ms
 * when the next one may go. db_breaker puts a lock and a condition around it for the worker threads, which wait.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/backoff.h"

struct breaker {
    const struct backoff *backoff;
    bool open;         /* the server cannot be used */
    bool probing;      /* open, and a probe is under way */
    unsigned failures; /* in a row: of all calls while closed, of the probes while open */
    int64_t since_ms;  /* when it opened */
    int64_t probe_ms;  /* open: when the next probe may go */
};

enum breaker_change { BREAKER_UNCHANGED, BREAKER_CLOSED, BREAKER_OPENED };

/* When the next call may go: in the past if it may go now, INT64_MAX if a probe must end first. */
int64_t breaker_next_ms(const struct breaker *breaker);

/* A call goes. True when it is the probe: the caller remembers that and passes it below when the call has ended. */
bool breaker_acquire(struct breaker *breaker);

/* The call has ended in one of these ways. */
enum breaker_change breaker_success(struct breaker *breaker);
/* certain: it is not the file's fault. wait_ms: how long the server asks to be left alone, 0 if it does not. */
enum breaker_change breaker_failure(struct breaker *breaker, bool probe, bool certain, int64_t wait_ms, uint32_t random,
                                    int64_t now_ms);
/* It says nothing about the server. */
void breaker_inconclusive(struct breaker *breaker, bool probe);

/* The reason of the failure may be gone: the next probe need not wait for its step. */
void breaker_probe_now(struct breaker *breaker);
