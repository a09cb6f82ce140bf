/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policies/policies.h"

#include <stdio.h>
#include <string.h>

#include "endpoint/request_context.h"
#include "policies/policy_bundle.h"
#include "relay/node_id.h"
#include "util/digest.h"
#include "util/http_date.h"
#include "util/log.h"

#define LOG_COMPONENT "policies"

enum { ETAG_SIZE = 2 * POLICY_DIGEST_SIZE + 3, RETRY_AFTER = 10 /* seconds */ };

static const char *const content_types[POLICY_FORMATS] = {
    [POLICY_TAR_GZ] = "application/gzip",
    [POLICY_ZIP] = "application/zip",
};

static const struct request_wording policies_wording = {LOG_COMPONENT, "policies refused", "policies cannot be served",
                                                        .bare = false};

struct policies_context {
    struct request_context base;
    char node_id[NODE_ID_SIZE];
};

void *policies_start(const struct relay_config *config, struct err *err)
{
    return policy_bundles_open(config, err);
}

void policies_stop(void *state)
{
    policy_bundles_close(state);
}

/* Nobody gets another's policies, not even a policy server: those hold passwords. The id becomes a path only after
 * this. */
static bool is_own(struct policies_context *context)
{
    const struct request_context *base = &context->base;
    struct slice id = base->request->args[0];
    const char *uid;
    if (!request_certificate_uid(base->request, &uid)) {
        return request_context_refuse(base, 403, "a node's certificate is needed");
    }
    if (!slice_eq_str(id, uid)) {
        return request_context_refuse(base, 403, "the client certificate is not this node's");
    }
    if (!node_id_valid(id.at, id.len)) {
        return request_context_refuse(base, 403, "this is no node id");
    }
    snprintf(context->node_id, sizeof context->node_id, "%.*s", (int)id.len, id.at);
    return request_context_has_index(base) &&
           (node_index_find(base->request->index, context->node_id, NULL) ||
            request_context_refuse(base, 403, "the node is not known to this relay"));
}

static void make_tag(const struct policy_cached *cached, char tag[ETAG_SIZE])
{
    tag[0] = '"';
    digest_hex(tag + 1, cached->digest, sizeof cached->digest, false);
    memcpy(tag + ETAG_SIZE - 2, "\"", 2);
}

static bool has_it(const struct request *request, const struct policy_cached *cached)
{
    char tag[ETAG_SIZE];
    make_tag(cached, tag);
    return request_knows_tag(request, tag);
}

static bool record_suffices(void *context, const struct policy_cached *cached)
{
    const struct request *request = context;
    return strcmp(request->method, "HEAD") == 0 || has_it(request, cached);
}

static void add_headers(struct response *response, const struct policy_cached *cached, enum policy_format format)
{
    char tag[ETAG_SIZE], date[HTTP_DATE_SIZE], digest[80];
    unsigned char base64[64];
    make_tag(cached, tag);
    response_header(response, "ETag", tag);
    /* a copy may be kept, but is good only after asking again */
    response_header(response, "Cache-Control", "private, no-cache");
    if (http_date_format(date, cached->made)) {
        response_header(response, "Last-Modified", date);
    }
    if (response->status == 200) {
        EVP_EncodeBlock(base64, cached->digest, sizeof cached->digest);
        snprintf(digest, sizeof digest, "sha-256=:%s:", (const char *)base64);
        response_header(response, "Repr-Digest", digest);
        response_header(response, "Content-Type", content_types[format]);
    }
}

static void answer_archive(const struct policies_context *context, struct policy_cached *cached,
                           enum policy_format format)
{
    struct response *response = context->base.response;
    bool unchanged = has_it(context->base.request, cached);
    response_empty(response, unchanged ? 304 : 200);
    add_headers(response, cached, format);
    if (unchanged) {
        log_debug("policies unchanged", log_text("node", context->node_id));
        return;
    }
    response_attach(response, cached->fd, cached->from, cached->length);
    cached->fd = -1;
}

static void refuse_bundle(const struct policies_context *context, enum policy_bundle why, const struct err *err)
{
    const struct request_context *base = &context->base;
    switch (why) {
    case POLICY_BUNDLE_NONE:
        request_context_refuse(base, 404, "there are no policies for this node");
        break;
    case POLICY_BUNDLE_CHANGING:
        log_info("policies are changing", log_text("node", context->node_id), log_text("reason", err->text));
        request_context_refuse(base, 503, "the policies are changing, try again");
        break;
    case POLICY_BUNDLE_NO_SPACE:
        request_context_fail(base, 507, err->text);
        break;
    case POLICY_BUNDLE_FAILED:
    case POLICY_BUNDLE_READY:
        request_context_fail(base, 500, err->text);
        break;
    }
}

static void get_policies(struct policy_bundles *bundles, struct request *request, struct response *response,
                         enum policy_format format)
{
    struct policies_context context = {
        .base = {.wording = &policies_wording,
                 .request = request,
                 .response = response,
                 .retry_after = RETRY_AFTER,
                 .fields = {log_slice("node", request->args[0])}},
    };
    struct policy_cached cached;
    struct err err = {0};
    if (!is_own(&context)) {
        return;
    }
    enum policy_bundle result =
        policy_bundle_get(bundles, context.node_id, format, record_suffices, request, &cached, &err);
    if (result == POLICY_BUNDLE_READY) {
        answer_archive(&context, &cached, format);
    } else {
        refuse_bundle(&context, result, &err);
    }
    policy_cached_close(&cached);
}

void policies_get_tar_gz(void *state, struct request *request, struct response *response)
{
    get_policies(state, request, response, POLICY_TAR_GZ);
}

void policies_get_zip(void *state, struct request *request, struct response *response)
{
    get_policies(state, request, response, POLICY_ZIP);
}
