/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * request_context: what the steps of one request share, and the refusals that all programs have in common, with the
 * same words and log lines.
 *
 * A program's own context (struct <endpoint>_context) has it as its member `base`. All functions that answer return
 * false, so that a check can end with `return request_context_refuse(...)`.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "endpoint/request.h"
#include "endpoint/response.h"
#include "util/log.h"

/* The words of a program's log lines about its requests. */
struct request_wording {
    const char *component; /* the LOG_COMPONENT of its handlers */
    const char *refused;   /* "upload refused" */
    const char *failed;    /* "upload failed" */
    bool bare;             /* reasons have no line end, because clients compare or show the body as it is */
};

enum { REQUEST_CONTEXT_FIELDS = 3 };

struct request_context {
    const struct request_wording *wording;
    struct request *request;
    struct response *response;
    int64_t retry_after; /* seconds, sent with a 503; 0: not sent */
    /* Further fields of log lines about this request. Those of kind LOG_FIELD_END are left out. */
    struct log_field fields[REQUEST_CONTEXT_FIELDS];
};

/* Refuses the request because of the client: the reason goes to the log and to the client. */
bool request_context_refuse(const struct request_context *context, int status, const char *reason);

/* Fails the request because of an error on our side: the reason goes only to the log. status: 500, or 507 for too
 * little space. */
bool request_context_fail(const struct request_context *context, int status, const char *reason);

/* Refuses with 503 while there is no node index. */
bool request_context_has_index(const struct request_context *context);

/* Continues in a child, for a request that waits for another server, or for a slow client's body. So this process is
 * free for other requests, perhaps those that the other server needs answered first. False in the parent, which has
 * nothing more to do with the request, and, with a 503, when there are too many children. In a child it returns true
 * and does not fork again. */
bool request_context_offload(const struct request_context *context);

/* The same for a request that can be answered otherwise when there is no child (OFFLOAD_NONE). In the parent the
 * request has been dealt with; OFFLOAD_CHILD also when everything is done in this process. */
enum offload_side request_context_try_offload(const struct request_context *context);

/* Refuses a client whose certificate is not that of a node of ours (client_certificate.h): 403, or 503 without an
 * index.
 */
bool request_context_client_node(const struct request_context *context, const char **node_id);

/* Refuses all but the node and the policy servers above it, by their certificates: 403. */
bool request_context_client_above(const struct request_context *context, const char *node_id);

/* The same for a node id that stands in the path, which is copied: only after this check it may become part of a path
 * of ours. 403 for what is no node id, too. */
bool request_context_client_above_id(const struct request_context *context, struct slice id,
                                     char node_id[NODE_ID_SIZE]);

/* Refuses a client without a certificate on a relay that takes no passwords (client_certificate_by_ca). Elsewhere httpd
 * has seen the password. */
bool request_context_logged_in(const struct request_context *context);

/* Refuses a request whose body has no length (411), a malformed one (400), or more than limit bytes (413), is a part of
 * a file (400) or compressed (415). Call it before body_read. */
bool request_context_takes_body(const struct request_context *context, int64_t limit);
