/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * check_virtual: what keeps virtual nodes from being run: their files, commands, keys and certificates, and what their
 * run logs are encrypted to. Rights are told by owners and modes (user_access.h), where this machine has the users.
 */
#pragma once

#include <stdbool.h>

#include "command.h"
#include "relay/relay_config.h"

/* Looks at all files of virtual.directory, and prints what is wrong and, as notes, what is not so yet. False when
 * something is wrong. */
bool check_virtual_is_well(const struct command *command, const struct relay_config *config);
