/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * privileges: omprog starts programs as the user of rsyslogd, which is root on most systems. This program has no use
 * for such rights.
 */
#pragma once

#include <stdbool.h>

#include "util/err.h"

/* Becomes the user for good, with its groups, if the process is root's and the user is not root. Does nothing where
 * rsyslogd itself is not root's. False with err. */
bool privileges_drop(const char *user, struct err *err);
