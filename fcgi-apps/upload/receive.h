/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * receive: a request's body into a file of a directory: as it comes, whole or not at all, durable before it is said to
 * be. A file that is there already is never replaced: other bytes come beside it (spool_beside.h), and the same bytes
 * once more are not written.
 */
#ifndef RELAY_UPLOAD_RECEIVE_H
#define RELAY_UPLOAD_RECEIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint/request.h"
#include "util/err.h"

enum receive_result {
    RECEIVE_NEW,
    RECEIVE_BESIDE, /* other bytes have that name */
    RECEIVE_SAME,   /* the same bytes are there */
    RECEIVE_FULL,   /* too many others have that name */
    RECEIVE_BROKEN, /* the body is not whole: the client is gone */
    RECEIVE_NO_SPACE,
    RECEIVE_FAILED,
};

/* Files are readable by the group: on root the web application takes the inventories. taken: when the first of our
 * servers took it, in seconds since 1970, which becomes its mtime; 0: just now. err for all but the first three. */
enum receive_result receive_file(struct request *request, int dir_fd, const char *name, int64_t taken,
                                 struct err *err);

#endif
