/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/part_health.h"

#include <inttypes.h>

#include "util/duration.h"

enum { SILENCE_SECONDS = 60, SYSLOG_LATE_SECONDS = 300 };

void part_health_silence(struct err *details, const char *who, int64_t checked, int64_t now_seconds)
{
    char age[DURATION_TEXT_SIZE];
    const int64_t silence = now_seconds - checked;
    if (checked == 0) {
        err_set(details, "%s has not reported yet", who);
    } else if (silence > SILENCE_SECONDS) {
        duration_format(silence, age);
        err_set(details, "%s has not reported for %s", who, age);
    }
}

void part_health_virtual(struct part_health *health, const struct relay_config *config, const struct relay_state *state,
                         int64_t now_seconds)
{
    struct relay_virtual_stats stats;
    *health = (struct part_health){.used = config->virtual_nodes.enabled};
    if (!health->used) {
        return;
    }
    relay_metrics_virtual(state, &stats);
    health->count = stats.nodes;
    part_health_silence(&health->details, "it", stats.checked, now_seconds);
}

void part_health_syslog(struct part_health *health, const struct relay_config *config, const struct relay_state *state,
                        int64_t now_seconds)
{
    struct relay_syslog_stats stats;
    char age[DURATION_TEXT_SIZE];
    *health = (struct part_health){.used = config->syslog.enabled};
    if (!health->used) {
        return;
    }
    relay_metrics_syslog(state, &stats);
    health->count = stats.under_way;
    if (stats.due != 0 && now_seconds - stats.due > SYSLOG_LATE_SECONDS) {
        duration_format(now_seconds - stats.due, age);
        err_set(&health->details, "of %" PRIu64 " runs under way one should have been ended %s ago", stats.under_way,
                age);
    }
}
