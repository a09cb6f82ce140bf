/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response: the answer to one request, collected by the handler and sent by the skeleton.
 *
 * A response that is all zero bytes is a valid empty one. A handler that leaves the status 0 has forgotten its answer: the
 * client gets a 500. What goes into a 5xx other than 503 and 507 is for the log, not for the client.
 */
#ifndef RELAY_ENDPOINT_RESPONSE_H
#define RELAY_ENDPOINT_RESPONSE_H

#include <stdbool.h>

#include "util/buffer.h"

struct response {
    int status;
    struct buffer headers; /* whole lines, each with its CRLF */
    struct buffer body;
};

/* For the next request; keeps the memory. */
void response_clear(struct response *response);
void response_free(struct response *response);

/* Name and value are the program's own words; a control character in the value ends it, so that no header can be smuggled in. */
void response_header(struct response *response, const char *name, const char *value);

/* The status and a short body of plain text, replacing any that is there. */
void response_text(struct response *response, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The status without a body. */
void response_empty(struct response *response, int status);

/* 500 without telling why: that belongs in the log. */
void response_internal_error(struct response *response);

/* Adds the whole as a CGI response (RFC 3875 section 6) to out; a HEAD gets the headers only. */
void response_format(const struct response *response, bool head, struct buffer *out);

#endif
