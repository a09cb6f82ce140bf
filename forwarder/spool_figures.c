/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spool_figures.h"

#include <time.h>

#include "relay/relay_metrics.h"
#include "relay/spool_set.h"
#include "util/clock.h"

enum { SHARE_OF_TIME = 100, MOST_MS = 600000 };

_Static_assert((int)SPOOL_SET_SIZE == (int)RELAY_KINDS, "spools stand in the order of enum relay_kind");

struct count {
    const struct spool *owner; /* NULL: of every file */
    struct relay_spool_stats figures;
};

static bool count_one(void *context, const struct spool_entry *entry)
{
    struct count *count = context;
    struct relay_spool_stats *figures = &count->figures;
    if (count->owner == NULL || spool_owns(count->owner, entry->name)) {
        figures->files++;
        figures->bytes += (uint64_t)entry->size;
        if (figures->oldest == 0 || entry->mtime < figures->oldest) {
            figures->oldest = entry->mtime;
        }
    }
    return true;
}

static void publish(struct relay_state *state, enum relay_kind kind, bool failed, int folder_fd,
                    const struct spool *owner)
{
    struct count count = {.owner = owner, .figures.checked = time(NULL)};
    if (spool_scan(folder_fd, count_one, &count, NULL)) {
        relay_metrics_set_spool(state, kind, failed, &count.figures);
    }
}

/* Does another kind's spool have the same failed folder? */
static bool shares_failed(const struct spool_set *spools, size_t kind)
{
    return spool_set_failed_seen(spools, kind) ||
           (kind + 1 < SPOOL_SET_SIZE && spool_set_failed_seen(spools, kind + 1));
}

int64_t spool_figures_publish(const struct relay_config *config, struct relay_state *state)
{
    struct spool_set spools;
    int64_t began_ms = clock_ms();
    spool_set_open(&spools, config);
    for (size_t i = 0; i < SPOOL_SET_SIZE; i++) {
        const struct spool *spool = spools.each[i];
        if (spool != NULL) {
            publish(state, (enum relay_kind)i, false, spool_incoming_fd(spool), NULL);
            publish(state, (enum relay_kind)i, true, spool_failed_fd(spool), shares_failed(&spools, i) ? spool : NULL);
        }
    }
    spool_set_close(&spools);
    int64_t least_ms = config->reporting.catchup_frequency * 1000;
    int64_t wait_ms = (clock_ms() - began_ms) * SHARE_OF_TIME;
    return wait_ms < least_ms ? least_ms : wait_ms > MOST_MS ? MOST_MS : wait_ms;
}
