/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * check_certificates: what check-config says of node certificates that have expired, are not valid yet or expire soon.
 */
#pragma once

#include "relay/relay_config.h"

/* Prints a note on standard error for each of the first ten, and how many more there are. Prints nothing when there is
 * no node index yet: the forwarder makes it. */
void check_certificates_tell(const struct relay_config *config);
