/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * failed_room: keeps each node's share of failed/ within its limits (processing.reporting.max_failed_*).
 *
 * A run log is that of the node in its name. An inventory has no node in its name: one in a message is that of the node
 * that its reason file says; one that comes as two files, or of which nobody could say, is of none: those are limited
 * together like those of one node. Each incoming directory has limits of its own, so that those who upload with the
 * public password displace nobody else's files.
 *
 * Anybody who knows the shared password can make files of any node fail. So a node whose refused files are more than
 * the limit loses the oldest of those without a valid signature. A verified one is never removed here, nor is anything
 * ever refused because failed/ is full.
 *
 * Other processes remove files from failed/, too, so the count here may be too high, but not too low for long. Before
 * anything is removed, a scan of the directory gives the real number. A scan takes time for each file, so it clears a
 * sixteenth of the limit at once. Any thread may call.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "relay/spool.h"

struct failed_room;

/* The most files and bytes of one node. The caller keeps the spool. */
struct failed_room *failed_room_new(struct spool *spool, size_t files, int64_t bytes);
/* The same of inventories. Files of failed/ whose reason does not say that they came from the spool's incoming
 * directory are left alone: several directories share one failed/, and the web application puts files of its own
 * there. */
struct failed_room *failed_room_new_inventories(struct spool *spool, size_t files, int64_t bytes);
void failed_room_free(struct failed_room *room); /* takes NULL */

/* A file of the node ("": of none) came into failed/. Removes what is too much and logs it; returns how many files that
 * was. */
size_t failed_room_added(struct failed_room *room, const char *node_id, int64_t bytes);
