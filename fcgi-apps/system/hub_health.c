/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/hub_health.h"

#include "system/part_health.h"

void hub_health_collect(struct hub_health *health, const struct relay_config *config, const struct relay_state *state,
                        int64_t now_seconds)
{
    *health = (struct hub_health){.used = config->hub.enabled};
    if (!health->used) {
        return;
    }
    relay_metrics_hub(state, &health->stats);
    part_health_silence(&health->details, "the hub", health->stats.checked, now_seconds);
}
