/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * check_hub: what keeps rudder-relay-hub from starting, for check-config. Nothing is looked at unless hub.enabled.
 *
 * check-config runs as some other user than the hub, so what the hub may do is told by owners and modes
 * (user_access.h), and certificate and key are tried only if whoever runs it may read them. Where this machine has no
 * user rudder-relay-hub, the hub has a container of its own: a file that is not there is then no fault.
 */
#pragma once

#include "command.h"

/* Says on standard error what is wrong. Notes what may be meant so: a port that is taken or privileged, and more
 * waiting nodes than the unit lets it open files. */
bool check_hub_is_well(const struct command *command, const struct relay_config *config);
