/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_set: all spool directories of a configuration.
 */
#ifndef RELAY_RELAY_SPOOL_SET_H
#define RELAY_RELAY_SPOOL_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "relay/relay_config.h"
#include "relay/spool.h"
#include "util/err.h"

enum { SPOOL_SET_SIZE = 3 };

struct spool_set {
    struct spool *each[SPOOL_SET_SIZE]; /* run logs, inventories, inventory updates; NULL where it cannot be opened */
    const char *directory[SPOOL_SET_SIZE]; /* belongs to the configuration */
    struct err err[SPOOL_SET_SIZE];     /* why not */
};

void spool_set_open(struct spool_set *spools, const struct relay_config *config);
void spool_set_close(struct spool_set *spools);

/* Does an earlier spool share the failed directory? */
bool spool_set_failed_seen(const struct spool_set *spools, size_t i);

#endif
