/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * order_clock: the time by which orders expire, so that setting the machine's clock neither drops nor revives one.
 *
 * Within one boot of the machine it is CLOCK_BOOTTIME, which does not depend on restarts of the program. Only the wall
 * clock tells how long a reboot took: an order then has the time left that this clock gives, but never more than it
 * had when it was written.
 */
#pragma once

#include <stdint.h>

#include "order_text.h"

enum { ORDER_CLOCK_BOOT_SIZE = 40 };

struct order_clock {
    int64_t now_ms;                   /* CLOCK_BOOTTIME */
    int64_t wall;                     /* seconds since 1970 */
    char boot[ORDER_CLOCK_BOOT_SIZE]; /* which boot it is; "" when the kernel does not say */
};

void order_clock_read(struct order_clock *clock);
int64_t order_clock_ms(void); /* CLOCK_BOOTTIME alone */

/* When an order that was read from a file expires, in CLOCK_BOOTTIME of this boot. */
int64_t order_clock_expires(const struct order_clock *clock, const struct order_text *order);
