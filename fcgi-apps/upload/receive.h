/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * receive: a request's body into a file of a directory: as it comes, whole or not at all, durable before it is said to
 * be.
 */
#ifndef RELAY_UPLOAD_RECEIVE_H
#define RELAY_UPLOAD_RECEIVE_H

#include <stdbool.h>

#include "endpoint/request.h"
#include "util/err.h"

enum receive_result {
    RECEIVE_NEW,
    RECEIVE_REPLACED, /* there was a file of that name */
    RECEIVE_BROKEN,   /* the body is not whole: the client is gone */
    RECEIVE_NO_SPACE,
    RECEIVE_FAILED,
};

/* Files are readable by the group: on root the web application takes the inventories. err for the last three. */
enum receive_result receive_file(struct request *request, int dir_fd, const char *name, struct err *err);

#endif
