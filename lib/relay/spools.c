/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spools.h"

#include <string.h>

void spools_open(struct spools *spools, const struct relay_config *config)
{
    static const char *const incoming[SPOOLS] = {"incoming", "incoming", "accepted-nodes-updates"};
    *spools = (struct spools){0};
    for (size_t i = 0; i < SPOOLS; i++) {
        spools->directory[i] = i == 0 ? config->reporting.directory : config->inventory.directory;
        spools->each[i] = spool_open(spools->directory[i], incoming[i], &spools->err[i]);
    }
}

void spools_close(struct spools *spools)
{
    for (size_t i = 0; i < SPOOLS; i++) {
        spool_close(spools->each[i]);
    }
}

bool spools_failed_seen(const struct spools *spools, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (spools->each[j] != NULL && strcmp(spools->directory[j], spools->directory[i]) == 0) {
            return true;
        }
    }
    return false;
}
