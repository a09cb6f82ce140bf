/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gate.h"

/* The first failure may be the file's own. */
enum { DOUBTFUL_FAILURES = 2 };

int64_t gate_opens_ms(const struct gate *gate)
{
    if (!gate->closed) {
        return INT64_MIN;
    }
    return gate->probing ? INT64_MAX : gate->until_ms;
}

bool gate_pass(struct gate *gate)
{
    if (gate->closed) {
        gate->probing = true;
    }
    return gate->closed;
}

enum gate_change gate_success(struct gate *gate)
{
    bool was_closed = gate->closed;
    gate->closed = false;
    gate->probing = false;
    gate->failures = 0;
    return was_closed ? GATE_OPENED : GATE_AS_BEFORE;
}

static void wait_a_step(struct gate *gate, int64_t wait_ms, uint32_t random, int64_t now_ms)
{
    int64_t step_ms = backoff_wait_ms(gate->backoff, gate->failures, random);
    gate->until_ms = now_ms + (step_ms > wait_ms ? step_ms : wait_ms);
}

enum gate_change gate_failure(struct gate *gate, bool probe, bool sure, int64_t wait_ms, uint32_t random,
                              int64_t now_ms)
{
    if (gate->closed) {
        if (probe && gate->probing) {
            gate->probing = false;
            gate->failures++;
            wait_a_step(gate, wait_ms, random, now_ms);
        }
        return GATE_AS_BEFORE; /* what was under way when it closed tells nothing new */
    }
    gate->failures++;
    if (!sure && gate->failures < DOUBTFUL_FAILURES) {
        return GATE_AS_BEFORE;
    }
    gate->closed = true;
    gate->failures = 1;
    gate->since_ms = now_ms;
    wait_a_step(gate, wait_ms, random, now_ms);
    return GATE_CLOSED;
}

void gate_nothing_learnt(struct gate *gate, bool probe)
{
    if (probe) {
        gate->probing = false;
    }
}

void gate_try_now(struct gate *gate)
{
    gate->until_ms = 0;
}
