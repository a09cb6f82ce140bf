/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order_clock.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/close_fd.h"

int64_t order_clock_ms(void)
{
    return clock_read_us(CLOCK_BOOTTIME) / 1000;
}

void order_clock_read(struct order_clock *clock)
{
    *clock = (struct order_clock){.now_ms = order_clock_ms(), .wall = time(NULL)};
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, clock->boot, sizeof clock->boot - 1) : 0;
    clock->boot[len > 0 ? len : 0] = '\0';
    clock->boot[strcspn(clock->boot, "\n")] = '\0';
    close_fd(&fd);
}

int64_t order_clock_expires(const struct order_clock *clock, const struct order_text *order)
{
    const int64_t lifetime_ms = order->seconds * 1000;
    int64_t latest = clock->now_ms + lifetime_ms;
    if (clock->boot[0] != '\0' && slice_eq_str(order->boot, clock->boot)) {
        return order->expires_ms < latest ? order->expires_ms : latest;
    }
    int64_t passed = clock->wall > order->written ? clock->wall - order->written : 0;
    return passed < order->seconds ? latest - passed * 1000 : clock->now_ms;
}
