/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * admission: is there room for one more file in a spool directory?
 *
 * Counting a directory costs as much as it holds, so a count is used again as long as it cannot matter: until a
 * sixteenth of the room it showed has been used up by this process (other workers use it up, too), or for some seconds.
 * A directory that is nearly full or small is counted for each upload: the limit is exact for up to 16 workers as long
 * as the count is cheap.
 */
#ifndef RELAY_UPLOAD_ADMISSION_H
#define RELAY_UPLOAD_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

struct admission {
    size_t max_waiting;     /* files */
    int64_t min_free_space; /* bytes */
    /* the last count */
    bool counted;
    size_t waiting;
    int64_t counted_at; /* milliseconds, monotonic */
    size_t stored_since;
};

enum admission_verdict { ADMISSION_GRANTED, ADMISSION_TOO_MANY, ADMISSION_NO_SPACE };

/* For a file of this many bytes. err says the figures when it is not granted. */
enum admission_verdict admission_check(struct admission *admission, int dir_fd, int64_t bytes, struct err *err);

/* A file was added. */
void admission_stored(struct admission *admission);

#endif
