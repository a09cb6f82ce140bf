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
#include "util/close_fd.h"
#include "util/digest.h"
#include "util/http_date.h"
#include "util/log.h"
#include "util/open_beneath.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "policies"

enum { ETAG_SIZE = 2 * FILE_CACHE_DIGEST_SIZE + 3, RETRY_AFTER = 10 /* seconds */ };

static const char *const content_types[POLICY_FORMATS] = {
    [POLICY_TAR_GZ] = "application/gzip",
    [POLICY_ZIP] = "application/zip",
};

static const struct request_wording policies_wording = {LOG_COMPONENT, "policies refused", "policies cannot be served",
                                                        .bare = false};

struct policies {
    const struct relay_config *config;
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
    *policies = (struct policies){.config = config, .bundles = bundles};
    return policies;
}

void policies_stop(void *state)
{
    struct policies *policies = state;
    policy_bundles_close(policies->bundles);
    free(policies);
}

static void make_tag(const struct file_cached *cached, char tag[ETAG_SIZE])
{
    tag[0] = '"';
    digest_hex(tag + 1, cached->digest, sizeof cached->digest, false);
    memcpy(tag + ETAG_SIZE - 2, "\"", 2);
}

static bool has_it(const struct request *request, const struct file_cached *cached)
{
    char tag[ETAG_SIZE];
    make_tag(cached, tag);
    return request_knows_tag(request, tag);
}

static bool record_suffices(void *context, const struct file_cached *cached)
{
    const struct request *request = context;
    return strcmp(request->method, "HEAD") == 0 || has_it(request, cached);
}

static void add_headers(struct response *response, const struct file_cached *cached, enum policy_format format)
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

static void answer_archive(const struct policies_context *context, struct file_cached *cached,
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

static struct request_context base_of(struct request *request, struct response *response)
{
    return (struct request_context){
        .wording = &policies_wording, .request = request, .response = response, .retry_after = RETRY_AFTER};
}

/* True when the client may have the policies. Else the request is refused. */
static bool begin_policies(struct policies_context *context, struct request *request, struct response *response)
{
    *context = (struct policies_context){.base = base_of(request, response)};
    context->base.fields[0] = log_slice("node", request->args[0]);
    /* policies hold passwords: for the node and the policy servers above it */
    return request_context_client_above_id(&context->base, request->args[0], context->node_id);
}

static void get_bundle(const struct policies *policies, struct request *request, struct response *response,
                       enum policy_format format)
{
    struct policies_context context;
    struct file_cached cached;
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
    file_cached_close(&cached);
}

void policies_get_tar_gz(void *state, struct request *request, struct response *response)
{
    get_bundle(state, request, response, POLICY_TAR_GZ);
}

void policies_get_zip(void *state, struct request *request, struct response *response)
{
    get_bundle(state, request, response, POLICY_ZIP);
}

/* path: below policies.path. */
static void answer_below_share(const struct policies *policies, const struct request_context *base, const char *path)
{
    const char *share = policies->config->policies.path;
    struct stat status;
    struct err err = {0};
    int share_fd = open(share, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (share_fd < 0) {
        err_set_errno(&err, errno, "policies.path %s", share);
        request_context_fail(base, 500, err.text);
        return;
    }
    int fd = open_beneath_file(share_fd, path, &status, &err);
    if (fd < 0) {
        file_answer_fault(base, errno, &err);
    } else {
        file_answer(base->request, base->response, &fd, &status);
    }
    close_fd(&fd);
    close(share_fd);
}

void policies_get_file(void *state, struct request *request, struct response *response)
{
    struct policies_context context;
    if (begin_policies(&context, request, response)) {
        char *path = xasprintf("%s/rules/%.*s", context.node_id, (int)request->args[1].len, request->args[1].at);
        answer_below_share(state, &context.base, path);
        free(path);
    }
}

void policies_get_common(void *state, struct request *request, struct response *response)
{
    const struct request_context base = base_of(request, response);
    char *path = xasprintf("common/%.*s", (int)request->args[0].len, request->args[0].at);
    answer_below_share(state, &base, path);
    free(path);
}

void policies_get_uuid(void *state, struct request *request, struct response *response)
{
    const struct policies *policies = state;
    (void)request;
    response_text(response, 200, "%s\n", policies->config->general.node_id);
    response_header(response, "X-Rudder-Relay", "policies");
}
