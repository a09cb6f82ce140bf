/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_file_name: which file, shared by whom with whom.
 *
 * Source: PROTOCOL.md section 11. Each id is `[A-Za-z0-9._-]+`, not `.` or `..`; a file id does not end in `.metadata`
 * in any case, and does not begin as a temporary file's name does (`.` and 16 hex digits and `.tmp`), since the file
 * bears it as its name. All fit into a file name together with `.metadata`.
 */
#pragma once

#include <stdbool.h>

#include "relay/node_id.h"
#include "util/err.h"
#include "util/slice.h"

enum { SHARED_FILE_ID_MAX = 240 };

/* Where it is below shared_files.path: <target>/files/<source>/, and there file_id and <file_id>.metadata. */
struct shared_file_name {
    char target[NODE_ID_SIZE];
    char source[NODE_ID_SIZE];
    char file_id[SHARED_FILE_ID_MAX + 1];
    char directory[2 * NODE_ID_SIZE + 8];
    char metadata[SHARED_FILE_ID_MAX + sizeof ".metadata"];
};

bool shared_file_name_set(struct shared_file_name *name, struct slice target, struct slice source, struct slice file_id,
                          struct err *err);

/* Is it an id at all, of a node or of a file? */
bool shared_file_name_is_id(struct slice id);

/* Is this the name of a file's metadata? Then *file_id is that of the file. */
bool shared_file_name_is_metadata(const char *name, struct slice *file_id);
