/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * admission: is there room for one more file in a directory of the spool, and for one more of its node?
 *
 * Counting a directory costs as much as it holds, so a count is used again as long as it cannot matter: until a
 * sixteenth of the room it showed has been used up by this process (other workers use it up, too), or for some seconds.
 * A directory that is nearly full or small is counted for each upload: the limits are exact for up to 16 workers as
 * long as the count is cheap.
 *
 * Each node has limits of its own, so that none takes the room of others. Nobody who only knows the shared password can
 * take the room of a node that shows its certificate: an upload with one may use as much again.
 */
#ifndef RELAY_UPLOAD_ADMISSION_H
#define RELAY_UPLOAD_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/spool_shares.h"
#include "util/err.h"

/* 0 where it says so: no limit. */
struct admission_limits {
    size_t files;           /* in the directory */
    int64_t bytes;          /* the same; 0 */
    size_t node_files;      /* of one node; 0 */
    int64_t node_bytes;     /* the same; 0 */
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

/* What asks for room. */
struct admission_ask {
    const char *node_id; /* "": of no node */
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

/* err says the figures when it is not granted. */
enum admission_verdict admission_check(struct admission *admission, int dir_fd, const struct admission_ask *ask,
                                       struct err *err);

/* The file was added. */
void admission_stored(struct admission *admission, const struct admission_ask *ask);

#endif
