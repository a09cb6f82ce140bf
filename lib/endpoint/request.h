/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * request: what a handler can know about the current request.
 *
 * This module does not know FastCGI: a request is a list of CGI variables (RFC 3875) and a function that gives the
 * body, so a test fills one in by hand. The skeleton owns it; what the accessors return is valid until the handler
 * returns.
 *
 * The path is SCRIPT_NAME and PATH_INFO: decoded and normalised by httpd, and the same that its access rules saw.
 * REQUEST_URI is raw and is never used. Everything is outside input: handlers check it before it becomes a path or SQL,
 * and the log makes it printable.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "endpoint/offload.h"
#include "relay/node_id.h"
#include "relay/node_index.h"
#include "relay/relay_config.h"
#include "relay/relay_state.h"
#include "util/buffer.h"
#include "util/slice.h"

enum { REQUEST_MAX_ARGS = 3 };
enum { REQUEST_LENGTH_ABSENT = -1, REQUEST_LENGTH_BAD = -2 };

/* Reads up to size bytes of the body. 0 at its end, -1 when the connection to httpd broke. */
typedef ssize_t request_read(void *context, char *into, size_t size);

/* Forks; both processes then have the request (offload.h). */
typedef enum offload_side request_offload(void *context);

struct request {
    char *const *env; /* "NAME=value", NULL-terminated */
    const char *method;
    struct buffer path;                  /* NUL behind it */
    struct slice args[REQUEST_MAX_ARGS]; /* what the `*` of the route matched */
    int64_t length;                      /* CONTENT_LENGTH, or one of REQUEST_LENGTH_* */
    int64_t body_read;                   /* bytes so far, see body.h */
    bool body_failed;
    request_read *read;
    void *read_context;
    struct node_index *index;          /* fresh; NULL when there is none, or the program does not use it */
    const struct relay_config *config; /* NULL (in tests): client certificates are pinned */
    char client_id[NODE_ID_SIZE];      /* see client_certificate.h */
    struct relay_state *relay_state;   /* the shared counters; NULL (in tests): nothing is counted */
    request_offload *offload;          /* NULL: everything is done in this process */
    void *offload_context;
};

/* Begins a request. It must be all zero bytes before the first time; beginning again keeps its memory. read: NULL
 * without a body. */
void request_begin(struct request *request, char *const *env, request_read *read, void *read_context);
void request_free(struct request *request);

/* NULL when there is no such variable. */
const char *request_env(const struct request *request, const char *name);

/* The client's address, for the log; "unknown" when httpd does not say. */
const char *request_client(const struct request *request);

/* Does If-None-Match say that the client has this version already? tag: as for etag_listed. */
bool request_knows_tag(const struct request *request, const char *tag);
