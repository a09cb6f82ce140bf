/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * request_context: what the steps of one request share, and the refusals that all programs have in common: one wording,
 * one kind of log line.
 *
 * A program's own context (struct <endpoint>_context) has it as its member `base`. All functions that answer return
 * false, so that a check can end with `return request_context_refuse(...)`.
 */
#ifndef RELAY_ENDPOINT_REQUEST_CONTEXT_H
#define RELAY_ENDPOINT_REQUEST_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint/request.h"
#include "endpoint/response.h"
#include "util/log.h"

/* How a program's log lines speak of its requests. */
struct request_wording {
    const char *component; /* the LOG_COMPONENT of its handlers */
    const char *refused;   /* "upload refused" */
    const char *failed;    /* "upload failed" */
    bool bare;             /* a reason is sent without a line end: callers compare or show the body as it is */
};

enum { REQUEST_CONTEXT_FIELDS = 3 };

struct request_context {
    const struct request_wording *wording;
    struct request *request;
    struct response *response;
    int64_t retry_after; /* seconds, sent with a 503; 0: not sent */
    /* What else a line about this request names. Those of kind LOG_FIELD_END are left out. */
    struct log_field fields[REQUEST_CONTEXT_FIELDS];
};

/* The client asked for what it does not get: the reason goes to the log and to the client. */
bool request_context_refuse(const struct request_context *context, int status, const char *reason);

/* Something is wrong on our side: the reason goes to the log alone. status: 500, or 507 for too little space. */
bool request_context_fail(const struct request_context *context, int status, const char *reason);

/* Refuses with 503 while there is no node index. */
bool request_context_has_index(const struct request_context *context);

/* For a request that waits for another server: goes on in a child, so that this process is free for others, among them
 * those that the other server needs answered first. False in the parent, which has nothing more to do with the request,
 * and with a 503 when there are as many children as may be. In a child it returns true and forks no more. */
bool request_context_offload(const struct request_context *context);

/* Refuses a client that is not a node of ours by its certificate (client_certificate.h): 403, or 503 without an index.
 */
bool request_context_client_node(const struct request_context *context, const char **node_id);

/* Refuses a request whose body has no length (411), a malformed one (400), or more than limit bytes (413), is a part of
 * a file (400) or compressed (415). Comes before body_read. */
bool request_context_takes_body(const struct request_context *context, int64_t limit);

#endif
