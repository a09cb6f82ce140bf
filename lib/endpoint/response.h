/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response: the answer to one request, collected by the handler and sent by the skeleton.
 *
 * A response that is all zero bytes is a valid empty one. A handler that leaves the status 0 has forgotten its answer:
 * the client gets a 500. What goes into a 5xx other than 503 and 507 is for the log, not for the client.
 *
 * A handler whose answer is long, or comes bit by bit, sets status and headers, then calls response_start and
 * response_send. Without a sink (in tests) what is sent gathers in the body.
 */
#ifndef RELAY_ENDPOINT_RESPONSE_H
#define RELAY_ENDPOINT_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/buffer.h"
#include "util/err.h"

/* Where an answer goes that is sent as it comes. */
struct response_sink {
    bool (*send)(void *context, const char *bytes, size_t len); /* false: the other side is gone */
    int (*connection)(void *context);
    bool (*hand_over)(void *context); /* as fcgi_hand_over; NULL: nobody can */
    void *context;
};

struct response {
    int status;
    struct buffer headers; /* whole lines, each with its CRLF */
    struct buffer body;
    bool head; /* the request was a HEAD: no body goes out, whatever the handler sends */
    bool started;
    bool gone; /* started, and the other side went away before the end */
    bool handed_over; /* another process sends the rest */
    const struct response_sink *sink;
};

/* For the next request; keeps the memory. sink may be NULL. */
void response_begin(struct response *response, bool head, const struct response_sink *sink);
void response_free(struct response *response);

/* Name and value are the program's own words; a control character in the value ends it, so that no header can be
 * smuggled in. */
void response_header(struct response *response, const char *name, const char *value);

/* The status and a short body of plain text, replacing any that is there. */
void response_text(struct response *response, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The status without a body. */
void response_empty(struct response *response, int status);

/* 500 without telling why: that belongs in the log. */
void response_internal_error(struct response *response);

/* 507. */
void response_no_space(struct response *response);

enum { RESPONSE_LENGTH_UNKNOWN = -1 };

/* Sends status and headers; what else the answer has comes by response_send. length in bytes: fewer bytes than
 * announced are a truncated answer to the client. Nothing can be taken back: an error from here on is only for the log.
 * False when the client is gone. */
bool response_start(struct response *response, int64_t length);

/* Sends now. False when the client is gone; then and ever after nothing goes out. */
bool response_send(struct response *response, const char *bytes, size_t len);

enum response_sent {
    RESPONSE_SENT,
    RESPONSE_CUT, /* with err: the client is gone (response->gone), the file is shorter or cannot be read */
    RESPONSE_HANDED_OVER,
};

/* Sends exactly len bytes of a file, from the offset `from` on; the position of fd does not matter. response_start has
 * announced them. Nothing is read for a HEAD.
 *
 * When the client is slow, this returns twice, in two processes: at once in this one, RESPONSE_HANDED_OVER, where the
 * handler says nothing more of the request and returns; and once all is sent or cut in the other, which does what there
 * is to do afterwards and ends with the request. When too many are at it, it returns once, and takes as long as it
 * takes. */
enum response_sent response_send_file(struct response *response, int fd, off_t from, int64_t len, struct err *err);

/* A descriptor that polls as hung up (POLLRDHUP, POLLHUP) once httpd has given up the request; -1 when there is
 * none. */
int response_connection(const struct response *response);

/* Adds the whole as a CGI response (RFC 3875 section 6) to out; a HEAD gets the headers only. */
void response_format(const struct response *response, struct buffer *out);

#endif
