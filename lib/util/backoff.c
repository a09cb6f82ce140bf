/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/backoff.h"

uint32_t backoff_wait_ms(const struct backoff *backoff, unsigned attempt, uint32_t random)
{
    uint64_t step = backoff->first_ms;
    for (unsigned i = 1; i < attempt && step < backoff->ceiling_ms; i++) {
        step *= 2;
    }
    step = step < backoff->ceiling_ms ? step : backoff->ceiling_ms;
    uint64_t half = step / 2;
    /* scales random to 0..step-half; a remainder would favour small values */
    return (uint32_t)(half + (((step - half + 1) * random) >> 32));
}
