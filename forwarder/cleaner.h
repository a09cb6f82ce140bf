/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cleaner: removes files that have been in the spool for longer than the configured retention: run logs and
 * inventories, those that wait and those that failed.
 *
 * spool_ages.h counts for how long a file has been there; the clock does not matter. On root the web application
 * processes the inventories, but does not remove old ones, so the cleaner does that there, too.
 */
#pragma once

#include "relay/relay_config.h"

/* A directory that cannot be opened is left alone, with a log line. */
void cleaner_clean_reporting(const struct relay_config_reporting *settings);
void cleaner_clean_syslog(const struct relay_config *config); /* nothing unless syslog.enabled */
void cleaner_clean_inventory(const struct relay_config_inventory *settings);
