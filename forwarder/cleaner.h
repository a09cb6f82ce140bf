/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cleaner: removes what has lain in the spool folders for longer than the configured retention.
 *
 * Run logs and inventories, those that wait and those that failed. On root the inventories that wait are the web
 * application's business, which does not clean up: the retention holds for them, too.
 */
#ifndef RELAY_FORWARDER_CLEANER_H
#define RELAY_FORWARDER_CLEANER_H

#include "relay/relay_config.h"

/* Folders that cannot be opened are logged and left. */
void cleaner_clean_reporting(const struct relay_config_reporting *settings);
void cleaner_clean_inventory(const struct relay_config_inventory *settings);

#endif
