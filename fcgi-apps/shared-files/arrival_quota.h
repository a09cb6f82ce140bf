/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * arrival_quota: how much may be on its way in at once, from all clients and from one of them (by its address).
 *
 * An unfinished file holds a process and disk space for as long as its client likes, and no login is needed for it. So
 * the sizes that clients have announced are added up: together they are at most the limit, those of one client half of
 * it. A small file counts as a 32nd of the limit, so that the number of unfinished files is limited as well.
 *
 * The account is kept in record locks of a file of no content, one byte for each part of the limit. The kernel takes
 * them back when a process ends, however it ends: nothing is left to be cleaned up.
 */
#pragma once

#include <stdint.h>

#include "util/err.h"

/* Waits up to patience_ms for room for `bytes` of this client, below a limit of `limit` bytes. Returns a descriptor
 * that holds the room until it is closed, or -1: with errno EAGAIN there is no room. directory: where the locked
 * file is. */
int arrival_quota_take(const char *directory, const char *client, int64_t bytes, int64_t limit, int64_t patience_ms,
                       struct err *err);
