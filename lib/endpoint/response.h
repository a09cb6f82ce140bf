/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response: the answer to one request, collected by the handler and sent by the skeleton.
 *
 * A response that is all zero bytes is a valid empty one. If a handler leaves the status 0, the client gets a 500. The
 * reason for a 5xx other than 503 and 507 goes to the log, not to the client.
 *
 * A handler that answers with a file leaves it here (response_attach), and the skeleton sends it after the handler has
 * returned. A handler that sends its answer piece by piece sets status and headers, then calls response_start and
 * response_send. Without a sink (in tests) the sent bytes are collected in the body.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/buffer.h"
#include "util/err.h"

/* Where an answer goes that is sent piece by piece. */
struct response_sink {
    bool (*send)(void *context, const char *bytes, size_t len); /* false: the other side is gone */
    int (*connection)(void *context);
    void *context;
};

/* The part of an answer that is in a file: the bytes of the descriptor from the offset `from`. */
struct response_file {
    int fd; /* 0: no file (0 is the number of the listener) */
    off_t from;
    int64_t length; /* bytes */
    int64_t sent;   /* bytes sent so far */
};

struct response {
    int status;
    struct buffer headers; /* whole lines, each with its CRLF */
    struct buffer body;
    bool head; /* the request was a HEAD: no body goes out, whatever the handler sends */
    bool started;
    bool offloaded;            /* a child of this process answers */
    bool gone;                 /* the other side went away before the end of a started answer */
    struct response_file file; /* sent after the body; see response_has_file */
    const struct response_sink *sink;
};

/* Prepares the response for the next request: closes the file, keeps the memory. sink may be NULL. */
void response_begin(struct response *response, bool head, const struct response_sink *sink);
void response_free(struct response *response);

/* Name and value are the program's own words; a control character in the value ends it, so that no header can be
 * smuggled in. */
void response_header(struct response *response, const char *name, const char *value);

/* Sets the status and a short body of plain text, which replaces the body there is. Headers come after it: those set
 * before are removed. */
void response_text(struct response *response, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets the status, and removes the body and the headers. */
void response_empty(struct response *response, int status);

/* Answers 500 without a reason, which belongs in the log. */
void response_internal_error(struct response *response);

/* Answers 507. */
void response_no_space(struct response *response);

enum { RESPONSE_LENGTH_UNKNOWN = -1 };

/* Sends status and headers; response_send and response_send_piece send the rest. length: of the body in bytes; with
 * fewer bytes the client sees a truncated answer. The status cannot be changed any more: later errors can only be
 * logged. False when the client is gone. */
bool response_start(struct response *response, int64_t length);

/* Sends now. False when the client is gone; from then on nothing is sent. */
bool response_send(struct response *response, const char *bytes, size_t len);

/* Takes fd over: length bytes of it, from the offset `from` on, follow the body. The position of fd does not matter. */
void response_attach(struct response *response, int fd, off_t from, int64_t length);
bool response_has_file(const struct response *response);

/* ---- for the skeleton: sending the file, after response_start has announced its length ---- */

enum response_sent {
    RESPONSE_MORE, /* there is more to send */
    RESPONSE_SENT,
    RESPONSE_CUT, /* with err: the client is gone (response->gone), the file is shorter or cannot be read */
};

/* Sends the next piece of the file, and waits for the client as long as necessary. Sends nothing for a HEAD. */
enum response_sent response_send_piece(struct response *response, struct err *err);

/* Is the client slow? Waits for it until the moment `patient` (clock_ms); true when the next piece would still have to
 * wait. */
bool response_is_slow(const struct response *response, int64_t patient);

/* A descriptor that polls as hung up (POLLRDHUP, POLLHUP) once httpd has given up the request; -1 when there is
 * none. */
int response_connection(const struct response *response);

/* Adds the answer, except the file, as a CGI response (RFC 3875 section 6) to out. For a HEAD only the headers. */
void response_format(const struct response *response, struct buffer *out);
