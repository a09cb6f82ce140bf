/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spools: all spool folders of a configuration.
 */
#ifndef RELAY_RELAY_SPOOLS_H
#define RELAY_RELAY_SPOOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "relay/relay_config.h"
#include "relay/spool.h"
#include "util/err.h"

enum { SPOOLS = 3 };

struct spools {
    struct spool *each[SPOOLS]; /* run logs, inventories, inventory updates; NULL where it cannot be opened */
    const char *directory[SPOOLS]; /* belongs to the configuration */
    struct err err[SPOOLS];     /* why not */
};

void spools_open(struct spools *spools, const struct relay_config *config);
void spools_close(struct spools *spools);

/* Does an earlier spool share the failed folder? */
bool spools_failed_seen(const struct spools *spools, size_t i);

#endif
