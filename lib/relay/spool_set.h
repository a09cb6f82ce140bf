/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_set: the spools of a configuration, one for each kind of files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/relay_config.h"
#include "relay/spool.h"
#include "relay/upload_kind.h"
#include "util/err.h"

struct spool_set {
    bool used[RELAY_KINDS];             /* see upload_kind_used */
    struct spool *each[RELAY_KINDS];    /* NULL when it is not used or could not be opened */
    const char *directory[RELAY_KINDS]; /* belongs to the configuration */
    struct err err[RELAY_KINDS];        /* why it could not be opened */
};

void spool_set_open(struct spool_set *spools, const struct relay_config *config);
void spool_set_close(struct spool_set *spools);

/* Does an earlier spool share the failed directory? */
bool spool_set_failed_seen(const struct spool_set *spools, size_t i);
