/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool_set.h"

#include <string.h>

void spool_set_open(struct spool_set *spools, const struct relay_config *config)
{
    *spools = (struct spool_set){0};
    for (enum relay_kind kind = 0; kind < RELAY_KINDS; kind++) {
        spools->directory[kind] = upload_kind_directory(kind, config);
        spools->used[kind] = upload_kind_used(kind, config);
        if (spools->used[kind]) {
            spools->each[kind] = spool_open(spools->directory[kind], upload_kind(kind)->incoming, &spools->err[kind]);
        }
    }
}

void spool_set_close(struct spool_set *spools)
{
    for (size_t i = 0; i < RELAY_KINDS; i++) {
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
