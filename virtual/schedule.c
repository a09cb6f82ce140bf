/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/schedule.h"

#include <stdbool.h>
#include <string.h>

#include "util/siphash.h"

/* The key is no secret: ids are the site's own, and the hash has to be the same after a restart. */
static uint64_t spread_hash(const char *node_id)
{
    static const struct siphash_key key = {{0x7669727475616c20, 0x7363686564756c65}};
    return siphash(&key, node_id, strlen(node_id));
}

static int64_t spread_over(const char *node_id, int64_t seconds)
{
    return (int64_t)(spread_hash(node_id) % (uint64_t)seconds);
}

int64_t schedule_next(const char *node_id, int64_t period, int64_t after)
{
    const int64_t offset = spread_over(node_id, period);
    const int64_t since = after - offset;
    const int64_t begun = since >= 0 ? since / period : -((-since + period - 1) / period);
    return offset + (begun + 1) * period;
}

int64_t schedule_first(const char *node_id, int64_t period, int64_t last, int64_t now)
{
    const int64_t next = schedule_next(node_id, period, now);
    const bool missed = last <= 0 || schedule_next(node_id, period, last) <= now;
    if (!missed || last > now + period) {
        return next;
    }
    const int64_t soon = now + spread_over(node_id, period < SCHEDULE_CATCH_UP ? period : SCHEDULE_CATCH_UP);
    return soon < next ? soon : next;
}
