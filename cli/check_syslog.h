/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * check_syslog: what keeps rudder-relay-syslog from working, for check-config. Nothing is looked at unless
 * syslog.enabled.
 *
 * As check_hub does: what its user may do is told by owners and modes (user_access.h), and only where this machine has
 * that user.
 */
#pragma once

#include "command.h"

/* Says on standard error what is wrong. Notes readmitted nodes that are not in syslog.nodes, and
 * nodes of that list that the server does not know. */
bool check_syslog_is_well(const struct command *command, const struct relay_config *config);
