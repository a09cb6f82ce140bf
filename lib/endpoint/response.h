/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response: the answer to one request, collected by the handler and sent by the skeleton.
 *
 * A response that is all zero bytes is a valid empty one. A handler that leaves the status 0 has forgotten its answer:
 * the client gets a 500. What goes into a 5xx other than 503 and 507 is for the log, not for the client.
 *
 * A handler that answers with a file leaves it here (response_attach), and the skeleton sends it after the handler has
 * returned. A handler whose answer comes bit by bit sets status and headers, then calls response_start and
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
    void *context;
};

/* The part of an answer that is in a file: what the descriptor has from the offset `from` on. */
struct response_file {
    int fd; /* 0: there is no file; that number is the listener's */
    off_t from;
    int64_t length; /* bytes */
    int64_t sent;   /* of them */
};

struct response {
    int status;
    struct buffer headers; /* whole lines, each with its CRLF */
    struct buffer body;
    bool head; /* the request was a HEAD: no body goes out, whatever the handler sends */
    bool started;
    bool offloaded; /* a child of this process answers */
    bool gone; /* started, and the other side went away before the end */
    struct response_file file; /* comes behind the body; see response_has_file */
    const struct response_sink *sink;
};

/* For the next request; closes the file, keeps the memory. sink may be NULL. */
void response_begin(struct response *response, bool head, const struct response_sink *sink);
void response_free(struct response *response);

/* Name and value are the program's own words; a control character in the value ends it, so that no header can be
 * smuggled in. */
void response_header(struct response *response, const char *name, const char *value);

/* The status and a short body of plain text, replacing any that is there. */
void response_text(struct response *response, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The status without a body, replacing what there is. */
void response_empty(struct response *response, int status);

/* 500 without telling why: that belongs in the log. */
void response_internal_error(struct response *response);

/* 507. */
void response_no_space(struct response *response);

enum { RESPONSE_LENGTH_UNKNOWN = -1 };

/* Sends status and headers; what else the answer has comes by response_send and response_send_piece. length in bytes:
 * fewer bytes than announced are a truncated answer to the client. Nothing can be taken back: an error from here on is
 * only for the log. False when the client is gone. */
bool response_start(struct response *response, int64_t length);

/* Sends now. False when the client is gone; then and ever after nothing goes out. */
bool response_send(struct response *response, const char *bytes, size_t len);

/* Takes fd over: length bytes of it, from the offset `from` on, follow the body. The position of fd does not matter. */
void response_attach(struct response *response, int fd, off_t from, int64_t length);
bool response_has_file(const struct response *response);

/* ---- for the skeleton: the file's way out, after response_start, which has announced its length ---- */

enum response_sent {
    RESPONSE_MORE, /* is to be sent */
    RESPONSE_SENT,
    RESPONSE_CUT, /* with err: the client is gone (response->gone), the file is shorter or cannot be read */
};

/* Sends the next piece of the file, however long the client takes; a HEAD gets none. */
enum response_sent response_send_piece(struct response *response, struct err *err);

/* Would the next piece have to wait for the client? Until the moment `patient` (clock_ms) this waits for it itself. */
bool response_is_slow(const struct response *response, int64_t patient);

/* A descriptor that polls as hung up (POLLRDHUP, POLLHUP) once httpd has given up the request; -1 when there is
 * none. */
int response_connection(const struct response *response);

/* Adds the answer as a CGI response (RFC 3875 section 6) to out, all but the file. A HEAD gets the headers only. */
void response_format(const struct response *response, struct buffer *out);

#endif
