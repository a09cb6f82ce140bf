/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gate: lets transfers through while the other side takes them; while it does not, one at a time, once a back-off
 * step.
 *
 * It is for a loop with many transfers under way (outage.h is for threads that wait). A failure that is clearly the
 * other side's closes it at once, one that may be the file's own closes it when it is the second without a success in
 * between. Any success opens it.
 *
 * No clock and no lock in here: the caller says what time it is (any clock in milliseconds).
 */
#ifndef RELAY_FORWARDER_GATE_H
#define RELAY_FORWARDER_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/backoff.h"

struct gate {
    const struct backoff *backoff;
    bool closed;
    bool probing;      /* closed, and a transfer finds out whether that is still so */
    unsigned failures; /* in a row: of all while open, of probes while closed */
    int64_t since_ms;
    int64_t until_ms; /* closed: when the next probe may go */
};

/* When the next transfer may go: the past when it may now, INT64_MAX when one must end first. */
int64_t gate_opens_ms(const struct gate *gate);

/* A transfer goes through. True when it is a probe: the caller keeps that in mind, and hands it back below. */
bool gate_pass(struct gate *gate);

enum gate_change { GATE_AS_BEFORE, GATE_OPENED, GATE_CLOSED };

enum gate_change gate_success(struct gate *gate);

/* sure: it is not the file's fault. wait_ms: what the other side asked for, 0 if nothing. */
enum gate_change gate_failure(struct gate *gate, bool probe, bool sure, int64_t wait_ms, uint32_t random,
                              int64_t now_ms);

/* The reason may be gone: the next probe needs not wait for its step. */
void gate_try_now(struct gate *gate);

/* It ended without telling anything of the other side. */
void gate_nothing_learnt(struct gate *gate, bool probe);

#endif
