/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * body: reads a request's body piece by piece, and checks that it is complete.
 *
 * A client that disconnects looks like a body that ends early, and nothing else shows it. So the end is accepted only
 * after as many bytes as CONTENT_LENGTH announced.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "endpoint/request.h"
#include "util/err.h"

/* Reads up to size bytes. 0: the body has been read and is complete. -1 with err: it is cut short or longer than
 * announced. */
ssize_t body_read(struct request *request, char *into, size_t size, struct err *err);

/* Reads and discards what a handler left unread, up to limit bytes and for some seconds, so that httpd can finish
 * writing and then reads our answer. A client that sends more slowly may get a 503 of httpd's in its place. */
void body_drain(struct request *request, int64_t limit);

/* Leaves the rest of the body unread at once: body_drain does not wait for it. */
void body_give_up(struct request *request);
