/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_id: what a node id may look like.
 *
 * Source: PROTOCOL.md sections 2 and 4. Ids are opaque: mostly UUIDs, and `root`. They are part of file names, so an id
 * is 1 to 127 bytes of printable ASCII other than space and / \ . _ @ " ' ` $ and never anything that could be read as
 * a path.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { NODE_ID_SIZE = 128 }; /* with the NUL */

bool node_id_valid(const char *id, size_t len);
