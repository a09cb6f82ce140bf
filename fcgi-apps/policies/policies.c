/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policies/policies.h"

#include <stdio.h>
#include <string.h>

#include "policies/policy_bundle.h"
#include "relay/node_id.h"
#include "util/digest.h"
#include "util/http_date.h"
#include "util/log.h"

#define LOG_COMPONENT "policies"

enum { ETAG_SIZE = 2 * POLICY_DIGEST_SIZE + 3 };

static const char retry_after[] = "10"; /* seconds */

static const char *const content_types[POLICY_FORMATS] = {
    [POLICY_TAR_GZ] = "application/gzip",
    [POLICY_ZIP] = "application/zip",
};

/* One request. */
struct ask {
    struct request *request;
    struct response *response;
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

static bool policies_refuse(const struct ask *ask, int status, const char *reason)
{
    log_warn("policies refused", log_number("status", status), log_slice("node", ask->request->args[0]),
             log_text("client", request_client(ask->request)), log_text("reason", reason));
    response_text(ask->response, status, "%s\n", reason);
    if (status == 503) {
        response_header(ask->response, "Retry-After", retry_after);
    }
    return false;
}

/* Nobody gets another's policies, not even a policy server: those hold passwords. The id becomes a path only after
 * this. */
static bool is_own(struct ask *ask)
{
    struct slice id = ask->request->args[0];
    const char *uid;
    if (!request_certificate_uid(ask->request, &uid)) {
        return policies_refuse(ask, 403, "a node's certificate is needed");
    }
    if (!slice_eq_str(id, uid)) {
        return policies_refuse(ask, 403, "the client certificate is not this node's");
    }
    if (!node_id_valid(id.at, id.len)) {
        return policies_refuse(ask, 403, "this is no node id");
    }
    snprintf(ask->node_id, sizeof ask->node_id, "%.*s", (int)id.len, id.at);
    if (ask->request->index == NULL) {
        return policies_refuse(ask, 503, "the relay does not know its nodes yet");
    }
    return node_index_find(ask->request->index, ask->node_id, NULL) ||
           policies_refuse(ask, 403, "the node is not known to this relay");
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
    const struct ask *ask = context;
    return strcmp(ask->request->method, "HEAD") == 0 || has_it(ask->request, cached);
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

static void policies_answer(const struct ask *ask, const struct policy_cached *cached, enum policy_format format)
{
    struct err err = {0};
    struct response *response = ask->response;
    bool unchanged = has_it(ask->request, cached);
    response_empty(response, unchanged ? 304 : 200);
    add_headers(response, cached, format);
    if (unchanged) {
        log_debug("policies unchanged", log_text("node", ask->node_id));
        return;
    }
    (void)response_start(response, cached->length);
    if (response_send_file(response, cached->fd, cached->from, cached->length, &err) == RESPONSE_HANDED_OVER) {
        return;
    }
    log_info("policies sent", log_text("node", ask->node_id), log_text("client", request_client(ask->request)),
             log_text("method", ask->request->method), log_number("bytes", cached->length),
             log_text("trouble", err.text));
}

static void refuse_bundle(const struct ask *ask, enum policy_bundle why, const struct err *err)
{
    switch (why) {
    case POLICY_BUNDLE_NONE:
        policies_refuse(ask, 404, "there are no policies for this node");
        return;
    case POLICY_BUNDLE_CHANGING:
        log_info("policies are changing", log_text("node", ask->node_id), log_text("reason", err->text));
        policies_refuse(ask, 503, "the policies are changing, try again");
        return;
    case POLICY_BUNDLE_NO_SPACE:
    case POLICY_BUNDLE_FAILED:
    case POLICY_BUNDLE_READY:
        break;
    }
    log_error("policies cannot be served", log_text("node", ask->node_id), log_text("reason", err->text));
    if (why == POLICY_BUNDLE_NO_SPACE) {
        response_no_space(ask->response);
    } else {
        response_internal_error(ask->response);
    }
}

static void policies_get(struct policy_bundles *bundles, struct request *request, struct response *response,
                enum policy_format format)
{
    struct ask ask = {.request = request, .response = response};
    struct policy_cached cached;
    struct err err = {0};
    if (!is_own(&ask)) {
        return;
    }
    enum policy_bundle result = policy_bundle_get(bundles, ask.node_id, format, record_suffices, &ask, &cached, &err);
    if (result == POLICY_BUNDLE_READY) {
        policies_answer(&ask, &cached, format);
    } else {
        refuse_bundle(&ask, result, &err);
    }
    policy_cached_close(&cached);
}

void policies_get_tar_gz(void *state, struct request *request, struct response *response)
{
    policies_get(state, request, response, POLICY_TAR_GZ);
}

void policies_get_zip(void *state, struct request *request, struct response *response)
{
    policies_get(state, request, response, POLICY_ZIP);
}
