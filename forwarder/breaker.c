/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "breaker.h"

/* The first doubtful failure may be the file's own. */
enum { DOUBTFUL_FAILURES_MAX = 1 };

int64_t breaker_next_ms(const struct breaker *breaker)
{
    if (!breaker->open) {
        return INT64_MIN;
    }
    return breaker->probing ? INT64_MAX : breaker->probe_ms;
}

bool breaker_acquire(struct breaker *breaker)
{
    if (breaker->open) {
        breaker->probing = true;
    }
    return breaker->open;
}

enum breaker_change breaker_success(struct breaker *breaker)
{
    bool was_open = breaker->open;
    breaker->open = false;
    breaker->probing = false;
    breaker->failures = 0;
    return was_open ? BREAKER_CLOSED : BREAKER_UNCHANGED;
}

static void breaker_schedule_probe(struct breaker *breaker, int64_t wait_ms, uint32_t random, int64_t now_ms)
{
    int64_t step_ms = backoff_wait_ms(breaker->backoff, breaker->failures, random);
    breaker->probe_ms = now_ms + (step_ms > wait_ms ? step_ms : wait_ms);
}

enum breaker_change breaker_failure(struct breaker *breaker, bool probe, bool certain, int64_t wait_ms, uint32_t random,
                                    int64_t now_ms)
{
    if (breaker->open) {
        if (probe && breaker->probing) { /* calls that were under way when it opened say nothing new */
            breaker->probing = false;
            breaker->failures++;
            breaker_schedule_probe(breaker, wait_ms, random, now_ms);
        }
        return BREAKER_UNCHANGED;
    }
    breaker->failures++;
    if (!certain && breaker->failures <= DOUBTFUL_FAILURES_MAX) {
        return BREAKER_UNCHANGED;
    }
    breaker->open = true;
    breaker->failures = 1;
    breaker->since_ms = now_ms;
    breaker_schedule_probe(breaker, wait_ms, random, now_ms);
    return BREAKER_OPENED;
}

void breaker_inconclusive(struct breaker *breaker, bool probe)
{
    if (probe) {
        breaker->probing = false;
    }
}

void breaker_probe_now(struct breaker *breaker)
{
    breaker->probe_ms = 0;
}
