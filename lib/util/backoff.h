/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * backoff: how long to wait before the next attempt: doubling from a first step to a ceiling, with jitter.
 *
 * Jitter keeps a thousand relays from connecting at the same moment when their upstream comes back: each wait is a
 * random value between half the step and the whole step.
 */
#pragma once

#include <stdint.h>

struct backoff {
    uint32_t first_ms;
    uint32_t ceiling_ms;
};

/* attempt counts failures so far, from 1. random is any random number. */
uint32_t backoff_wait_ms(const struct backoff *backoff, unsigned attempt, uint32_t random);
