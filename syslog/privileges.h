/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * privileges: gives up root. omprog starts programs as the user of rsyslogd, which is root on most systems.
 */
#pragma once

#include <stdbool.h>

#include "util/err.h"

/* Becomes the user, with its groups, for good. Does nothing if the process does not run as root, or user is root. False
 * with err. */
bool privileges_drop(const char *user, struct err *err);
