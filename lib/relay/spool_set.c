/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool_set.h"

#include <string.h>

void spool_set_open(struct spool_set *spools, const struct relay_config *config)
{
    static const char *const incoming[SPOOL_SET_SIZE] = {"incoming", "incoming", "accepted-nodes-updates"};
    *spools = (struct spool_set){0};
    for (size_t i = 0; i < SPOOL_SET_SIZE; i++) {
        spools->directory[i] = i == 0 ? config->reporting.directory : config->inventory.directory;
        spools->each[i] = spool_open(spools->directory[i], incoming[i], &spools->err[i]);
    }
}

void spool_set_close(struct spool_set *spools)
{
    for (size_t i = 0; i < SPOOL_SET_SIZE; i++) {
        spool_close(spools->each[i]);
    }
}

bool spool_set_failed_seen(const struct spool_set *spools, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (spools->each[j] != NULL && strcmp(spools->directory[j], spools->directory[i]) == 0) {
            return true;
        }
    }
    return false;
}
