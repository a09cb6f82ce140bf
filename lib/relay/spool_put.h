/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_put: gives a file that was written into a directory of the spool its name there. It appears whole, and is on
 * disk before the caller hears of success. A file that is there already is never replaced: other bytes go beside it
 * (spool_beside.h), and the same bytes are not stored again.
 */
#pragma once

#include <stdint.h>

#include "util/err.h"
#include "util/safe_file.h"

/* The group can read the files, because on root the web application takes the inventories. */
enum { SPOOL_PUT_FILE_MODE = 0640 };

enum spool_put {
    SPOOL_PUT_NEW,
    SPOOL_PUT_BESIDE, /* other bytes have that name */
    SPOOL_PUT_SAME,   /* the same bytes are there */
    SPOOL_PUT_FULL,   /* too many others have that name, or something that is no file (a directory, a link) */
    SPOOL_PUT_NO_SPACE,
    SPOOL_PUT_FAILED,
};

/* file: all bytes are written; it is ended here. taken: when the first of our servers took it, in seconds since 1970;
 * it becomes the mtime. 0: now. Sets err for all but the first three. */
enum spool_put spool_put(struct safe_file *file, const char *name, int64_t taken, struct err *err);

/* The same for bytes in memory, which need no file before: true for the first three. */
bool spool_put_bytes(int dir_fd, const char *name, struct slice bytes, struct err *err);

/* NO_SPACE or FAILED. */
enum spool_put spool_put_by_errno(int errnum);
