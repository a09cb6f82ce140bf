/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * failed_room: keeps each node's share of failed/ within its limits (processing.reporting.max_failed_*).
 *
 * Anybody who knows the shared password can make run logs of any node fail. So a node whose refused files are more than
 * the limit loses the oldest of those without a valid signature. A verified one is never removed here, nor is anything
 * ever refused because failed/ is full.
 *
 * Other processes remove files from failed/, too, so what is counted here may be too much, never too little for long.
 * Nothing is removed before a look into the directory has shown the real number. A look takes time for each file there,
 * so a sixteenth of the limit is cleared at once when there are many. Any thread may call.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "relay/spool.h"

struct failed_room;

/* The most files and bytes of one node. The caller keeps the spool. */
struct failed_room *failed_room_new(struct spool *spool, size_t files, int64_t bytes);
void failed_room_free(struct failed_room *room); /* takes NULL */

/* A file of the node came into failed/. Removes what is too much and logs it; returns how many files that was. */
size_t failed_room_added(struct failed_room *room, const char *node_id, int64_t bytes);
