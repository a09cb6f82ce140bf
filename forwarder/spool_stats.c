/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spool_stats.h"

#include <time.h>

#include "relay/relay_metrics.h"
#include "relay/spool_set.h"
#include "util/clock.h"

enum { WAIT_FACTOR = 100, WAIT_MAX_MS = 600000 };

struct stats_context {
    const struct spool *owner; /* counts the files of this spool only; NULL: all files */
    struct relay_spool_stats figures;
};

static bool stats_visit(void *context, const struct spool_entry *entry)
{
    struct stats_context *stats = context;
    if (stats->owner == NULL || spool_owns(stats->owner, entry->name)) {
        spool_sum_add(&stats->figures.sum, entry->size, entry->mtime);
    }
    return true;
}

static void publish_directory(struct relay_state *state, enum relay_kind kind, bool failed, int directory_fd,
                              const struct spool *owner)
{
    struct stats_context stats = {.owner = owner, .figures.checked = time(NULL)};
    if (spool_scan(directory_fd, stats_visit, &stats, NULL)) {
        relay_metrics_set_spool(state, kind, failed, &stats.figures);
    }
}

/* Does the spool of another kind use the same failed directory? */
static bool shares_failed(const struct spool_set *spools, size_t kind)
{
    return spool_set_failed_seen(spools, kind) || (kind + 1 < RELAY_KINDS && spool_set_failed_seen(spools, kind + 1));
}

int64_t spool_stats_publish(const struct relay_config *config, struct relay_state *state)
{
    struct spool_set spools;
    int64_t began_ms = clock_ms();
    spool_set_open(&spools, config);
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        const struct spool *spool = spools.each[i];
        if (spool != NULL) {
            publish_directory(state, (enum relay_kind)i, false, spool_incoming_fd(spool), NULL);
            publish_directory(state, (enum relay_kind)i, true, spool_failed_fd(spool),
                              shares_failed(&spools, i) ? spool : NULL);
        }
    }
    spool_set_close(&spools);
    int64_t wait_ms = (clock_ms() - began_ms) * WAIT_FACTOR;
    return clock_later(config->reporting.catchup_frequency * 1000, clock_earlier(wait_ms, WAIT_MAX_MS));
}
