/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/hub_health.h"

#include "util/duration.h"

enum { HUB_SILENCE_SECONDS = 60 }; /* it tells its figures each 5 seconds */

void hub_health_collect(struct hub_health *health, const struct relay_config *config, const struct relay_state *state,
                        int64_t now_seconds)
{
    char age[DURATION_TEXT_SIZE];
    *health = (struct hub_health){.used = config->hub.enabled};
    if (!health->used) {
        return;
    }
    relay_metrics_hub(state, &health->stats);
    int64_t silence = now_seconds - health->stats.checked;
    if (health->stats.checked == 0) {
        err_set(&health->details, "the hub has not reported yet");
    } else if (silence > HUB_SILENCE_SECONDS) {
        duration_format(silence, age);
        err_set(&health->details, "the hub has not reported for %s", age);
    }
}
