/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * signed_nodes: which nodes have ever sent a signed run, so that nobody speaks for them by syslog any more.
 *
 * An LMDB file (syslog.signed_nodes_file), node id -> when its first signed run was stored, in seconds since 1970, as
 * 8 bytes of this machine. Nothing is ever removed: a node may be let speak by syslog again by syslog.readmitted_nodes.
 * Several threads and several forwarders may use one file. It exists only where syslog.enabled is set: what a node sent
 * before is not known.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"

struct signed_nodes;

/* Makes the file if it is not there. NULL with err. */
struct signed_nodes *signed_nodes_open(const char *path, struct err *err);
void signed_nodes_close(struct signed_nodes *nodes); /* takes NULL */

/* Is the node in it? False with err when that cannot be found out. */
bool signed_nodes_find(const struct signed_nodes *nodes, const char *node_id, bool *found, struct err *err);

/* Adds those that are not in it: one write to the disk, and none when all are. After true they outlive a power cut. */
bool signed_nodes_add(struct signed_nodes *nodes, const char *const *node_ids, size_t count, struct err *err);
