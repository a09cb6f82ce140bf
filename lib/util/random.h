/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * random: random numbers for jitter. They are not fit for secrets.
 */
#pragma once

#include <stdint.h>
#include <sys/random.h>
#include <time.h>

static inline uint32_t random_number(void)
{
    uint32_t number;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number) {
        number = (uint32_t)time(NULL) * 2654435761u;
    }
    return number;
}
