/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * body: reads a request's body as it comes, and knows whether it is whole.
 *
 * A client that goes away looks like a body that ends early, and nothing else tells: so the end only counts when as
 * many bytes came as CONTENT_LENGTH said.
 */
#ifndef RELAY_ENDPOINT_BODY_H
#define RELAY_ENDPOINT_BODY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "endpoint/request.h"
#include "util/err.h"

/* Up to size bytes. 0: the body has been read and is whole. -1 with err: it is cut short or longer than announced. */
ssize_t body_read(struct request *request, char *into, size_t size, struct err *err);

/* Reads what a handler left unread, up to limit bytes, so that httpd can finish writing and then reads our answer. */
void body_drain(struct request *request, int64_t limit);

#endif
