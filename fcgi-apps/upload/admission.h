/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * admission: is there room for one more file in a directory of the spool, and for one more of its node?
 *
 * Counting a directory takes longer the more it holds, so a count is used again as long as that is safe: until this
 * process has used up a sixteenth of the room that it showed (other workers use it up, too), or for some seconds. A
 * small or nearly full directory is counted for each upload. So the limits are exact for up to 16 workers while
 * counting is cheap.
 *
 * Each node has limits of its own, so that none takes the room of others. An upload with a certificate may use as much
 * again: so a client that only knows the shared password cannot take all the room of a node.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/spool_shares.h"
#include "util/err.h"

/* "or 0" means: 0 is no limit. */
struct admission_limits {
    size_t files;           /* in the directory */
    int64_t bytes;          /* in the directory, or 0 */
    size_t node_files;      /* of one node, or 0 */
    int64_t node_bytes;     /* of one node, or 0 */
    int64_t file_bytes;     /* of one file */
    int64_t min_free_space; /* of the file system */
};

struct admission {
    struct admission_limits limits;
    /* the last count */
    struct spool_shares waiting;
    bool counted;
    bool closely;
    int64_t counted_at; /* milliseconds, monotonic */
    size_t stored_since;
    int64_t bytes_since;
};

void admission_free(struct admission *admission);

/* The upload that asks for room. */
struct admission_ask {
    const char *node_id; /* "": it belongs to no node */
    int64_t bytes;
    bool certificate; /* of the node, or of a policy server above it */
};

enum admission_verdict {
    ADMISSION_GRANTED,
    ADMISSION_TOO_MANY,      /* files or bytes in the directory */
    ADMISSION_NODE_TOO_MANY, /* of this node; others have room */
    ADMISSION_NODE_TOO_LARGE,
    ADMISSION_NO_SPACE,
};

/* When room is not granted, err has the limit and the figure. */
enum admission_verdict admission_check(struct admission *admission, int dir_fd, const struct admission_ask *ask,
                                       struct err *err);

/* The file was added. */
void admission_stored(struct admission *admission, const struct admission_ask *ask);
