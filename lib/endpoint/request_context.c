/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/request_context.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "endpoint/client_certificate.h"
#include "relay/node_id.h"

static void log_outcome(const struct request_context *context, enum log_level level, const char *message, int status,
                        const char *reason)
{
    struct log_field fields[REQUEST_CONTEXT_FIELDS + 4] = {log_number("status", status)};
    size_t count = 1;
    for (size_t i = 0; i < REQUEST_CONTEXT_FIELDS; i++) {
        if (context->fields[i].kind != LOG_FIELD_END) {
            fields[count++] = context->fields[i];
        }
    }
    fields[count++] = log_text("client", request_client(context->request));
    fields[count++] = log_text("reason", reason);
    if (log_enabled(level, context->wording->component)) {
        log_event(level, context->wording->component, message, fields);
    }
}

bool request_context_refuse(const struct request_context *context, int status, const char *reason)
{
    log_outcome(context, LOG_LEVEL_WARN, context->wording->refused, status, reason);
    response_text(context->response, status, context->wording->bare ? "%s" : "%s\n", reason);
    if (status == 503 && context->retry_after > 0) {
        char seconds[24];
        snprintf(seconds, sizeof seconds, "%" PRId64, context->retry_after);
        response_header(context->response, "Retry-After", seconds);
    }
    return false;
}

bool request_context_fail(const struct request_context *context, int status, const char *reason)
{
    log_outcome(context, LOG_LEVEL_ERROR, context->wording->failed, status, reason);
    if (status == 507) {
        response_no_space(context->response);
    } else {
        response_internal_error(context->response);
    }
    return false;
}

bool request_context_has_index(const struct request_context *context)
{
    return context->request->index != NULL ||
           request_context_refuse(context, 503, "the relay does not know its nodes yet");
}

bool request_context_client_node(const struct request_context *context, const char **node_id)
{
    struct err err = {0};
    if (!request_context_has_index(context)) {
        return false;
    }
    switch (client_certificate(context->request, node_id, &err)) {
    case CLIENT_CERTIFICATE_OF_NODE:
        return true;
    case CLIENT_CERTIFICATE_NONE:
        err_set(&err, "a node's certificate is needed");
        break;
    case CLIENT_CERTIFICATE_REFUSED:
        break;
    }
    return request_context_refuse(context, 403, err.text);
}

bool request_context_client_above(const struct request_context *context, const char *node_id)
{
    const char *client;
    return request_context_client_node(context, &client) &&
           (node_index_is_above(context->request->index, client, node_id) ||
            request_context_refuse(
                context, 403, "the client certificate is neither the node's nor that of a policy server above it"));
}

bool request_context_client_above_id(const struct request_context *context, struct slice id, char node_id[NODE_ID_SIZE])
{
    if (!node_id_valid(id.at, id.len)) {
        return request_context_refuse(context, 403, "this is no node id");
    }
    snprintf(node_id, NODE_ID_SIZE, "%.*s", (int)id.len, id.at);
    return request_context_client_above(context, node_id);
}

bool request_context_logged_in(const struct request_context *context)
{
    return !client_certificate_by_ca(context->request) || client_certificate_shown(context->request) ||
           request_context_refuse(context, 403, "a client certificate is needed");
}

/* Is the body a whole, uncompressed file? Otherwise it would be stored as if it were one (RFC 9110 sections 14.5 and
 * 8.4). */
static bool body_is_plain(const struct request_context *context)
{
    const char *encoding = request_env(context->request, "HTTP_CONTENT_ENCODING");
    if (request_env(context->request, "HTTP_CONTENT_RANGE") != NULL) {
        return request_context_refuse(context, 400, "a part of a file (Content-Range) is not taken");
    }
    if (encoding != NULL && encoding[0] != '\0' && strcasecmp(encoding, "identity") != 0) {
        return request_context_refuse(context, 415, "a Content-Encoding is not taken: send the file as it is");
    }
    return true;
}

bool request_context_takes_body(const struct request_context *context, int64_t limit)
{
    const struct request *request = context->request;
    char reason[96];
    if (request->length == REQUEST_LENGTH_ABSENT) {
        return request_context_refuse(context, 411, "a Content-Length is needed");
    }
    if (request->length < 0) {
        return request_context_refuse(context, 400, "malformed Content-Length");
    }
    if (request->length > limit) {
        snprintf(reason, sizeof reason, "%" PRId64 " bytes are more than the limit of %" PRId64, request->length,
                 limit);
        return request_context_refuse(context, 413, reason);
    }
    return body_is_plain(context);
}

enum offload_side request_context_try_offload(const struct request_context *context)
{
    struct request *request = context->request;
    enum offload_side side = request->offload == NULL ? OFFLOAD_CHILD : request->offload(request->offload_context);
    if (side == OFFLOAD_PARENT) {
        context->response->offloaded = true;
    } else if (side == OFFLOAD_CHILD) {
        request->offload = NULL;
    }
    return side;
}

bool request_context_offload(const struct request_context *context)
{
    enum offload_side side = request_context_try_offload(context);
    if (side == OFFLOAD_NONE) {
        return request_context_refuse(context, 503, "too many requests are under way");
    }
    return side == OFFLOAD_CHILD;
}
