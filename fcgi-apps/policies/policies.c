/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policies/policies.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "endpoint/file_answer.h"
#include "endpoint/request_context.h"
#include "policies/policy_bundle.h"
#include "relay/node_id.h"
#include "util/open_beneath.h"
#include "util/digest.h"
#include "util/http_date.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "policies"

enum { ETAG_SIZE = 2 * POLICY_DIGEST_SIZE + 3, RETRY_AFTER = 10 /* seconds */ };

static const char *const content_types[POLICY_FORMATS] = {
    [POLICY_TAR_GZ] = "application/gzip",
    [POLICY_ZIP] = "application/zip",
};

static const struct request_wording policies_wording = {LOG_COMPONENT, "policies refused", "policies cannot be served",
                                                        .bare = false};

struct policies {
    const char *path;
    struct policy_bundles *bundles;
};

struct policies_context {
    struct request_context base;
    char node_id[NODE_ID_SIZE];
};

void *policies_start(const struct relay_config *config, struct err *err)
{
    struct policy_bundles *bundles = policy_bundles_open(config, err);
    if (bundles == NULL) {
        return NULL;
    }
    struct policies *policies = xcalloc(1, sizeof *policies);
    *policies = (struct policies){.path = config->policies.path, .bundles = bundles};
    return policies;
}

void policies_stop(void *state)
{
    struct policies *policies = state;
    policy_bundles_close(policies->bundles);
    free(policies);
}

/* Refuses everybody but the node itself, even a policy server, because policies hold passwords. Only after this check
 * the id becomes a part of a path. */
static bool is_own(struct policies_context *context)
{
    const struct request_context *base = &context->base;
    struct slice id = base->request->args[0];
    const char *client;
    if (!request_context_client_node(base, &client)) {
        return false;
    }
    if (!slice_eq_str(id, client)) {
        return request_context_refuse(base, 403, "the client certificate is not this node's");
    }
    if (!node_id_valid(id.at, id.len)) {
        return request_context_refuse(base, 403, "this is no node id");
    }
    snprintf(context->node_id, sizeof context->node_id, "%s", client);
    return true;
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

/* True when the client is the node itself. Else the request is refused. */
static bool begin_policies(struct policies_context *context, struct request *request, struct response *response)
{
    *context = (struct policies_context){
        .base = {.wording = &policies_wording,
                 .request = request,
                 .response = response,
                 .retry_after = RETRY_AFTER,
                 .fields = {log_slice("node", request->args[0])}},
    };
    return is_own(context);
}

static void get_bundle(const struct policies *policies, struct request *request, struct response *response,
                       enum policy_format format)
{
    struct policies_context context;
    struct policy_cached cached;
    struct err err = {0};
    if (!begin_policies(&context, request, response)) {
        return;
    }
    enum policy_bundle result =
        policy_bundle_get(policies->bundles, context.node_id, format, record_suffices, request, &cached, &err);
    if (result == POLICY_BUNDLE_READY) {
        answer_archive(&context, &cached, format);
    } else {
        refuse_bundle(&context, result, &err);
    }
    policy_cached_close(&cached);
}

void policies_get_tar_gz(void *state, struct request *request, struct response *response)
{
    get_bundle(state, request, response, POLICY_TAR_GZ);
}

void policies_get_zip(void *state, struct request *request, struct response *response)
{
    get_bundle(state, request, response, POLICY_ZIP);
}

void policies_get_file(void *state, struct request *request, struct response *response)
{
    const struct policies *policies = state;
    struct policies_context context;
    struct stat status;
    struct err err = {0};
    if (!begin_policies(&context, request, response)) {
        return;
    }
    int share_fd = open(policies->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (share_fd < 0) {
        err_set_errno(&err, errno, "policies.path %s", policies->path);
        request_context_fail(&context.base, 500, err.text);
        return;
    }
    char *path = xasprintf("%s/rules/%.*s", context.node_id, (int)request->args[1].len, request->args[1].at);
    int fd = open_beneath_file(share_fd, path, &status, &err);
    if (fd < 0) {
        file_answer_fault(&context.base, errno, &err);
    } else {
        file_answer(request, response, &fd, &status);
    }
    if (fd >= 0) {
        close(fd);
    }
    close(share_fd);
    free(path);
}
