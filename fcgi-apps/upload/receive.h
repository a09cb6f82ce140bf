/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * receive: writes a request's body to a file of a directory while it comes in. The file appears whole or not at all,
 * and it is on disk before the caller hears of success. A file that is there already is never replaced: other bytes go
 * beside it (spool_beside.h), and the same bytes are not stored again.
 */
#pragma once

#include <stdint.h>

#include "endpoint/request.h"
#include "util/err.h"

enum receive_result {
    RECEIVE_NEW,
    RECEIVE_BESIDE, /* other bytes have that name */
    RECEIVE_SAME,   /* the same bytes are there */
    RECEIVE_FULL,   /* too many others have that name */
    RECEIVE_BROKEN, /* the body is incomplete: the client is gone */
    RECEIVE_NO_SPACE,
    RECEIVE_FAILED,
};

/* The group can read the files, because on root the web application takes the inventories. taken: when the first of our
 * servers took the file, in seconds since 1970; it becomes the mtime. 0: now. Sets err for all but the first three. */
enum receive_result receive_file(struct request *request, int dir_fd, const char *name, int64_t taken, struct err *err);
