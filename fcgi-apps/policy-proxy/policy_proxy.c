/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy-proxy/policy_proxy.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "endpoint/file_answer.h"
#include "endpoint/request_context.h"
#include "policy-proxy/proxy_fetch.h"
#include "policy-proxy/proxy_path.h"
#include "relay/relay_metrics.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "policy_proxy"

/* How long a request waits while another process fetches the same file: with a copy that it can have meanwhile, and
 * without; httpd gives up after 60 s. */
enum { WAIT_WITH_COPY_MS = 3000, WAIT_MS = 45000 };

static const struct request_wording policy_proxy_wording = {LOG_COMPONENT, "policies refused",
                                                            "policies cannot be served", .bare = false};

struct policy_proxy {
    const struct relay_config *config;
    struct file_cache *cache;
};

struct policy_proxy_context {
    struct request_context base;
    const struct policy_proxy *proxy;
    int64_t fresh_since_ms; /* a copy that the server above has confirmed later needs no asking */
    struct proxy_copy copy;
};

void *policy_proxy_start(const struct relay_config *config, struct err *err)
{
    struct file_cache *cache = file_cache_open(config->policy_proxy.cache_directory, config->policy_proxy.cache_size,
                                               config->policy_proxy.cache_retention, err);
    if (cache == NULL) {
        err_prefix(err, "policy_proxy.cache_directory");
        return NULL;
    }
    struct policy_proxy *proxy = xcalloc(1, sizeof *proxy);
    *proxy = (struct policy_proxy){.config = config, .cache = cache};
    return proxy;
}

void policy_proxy_stop(void *state)
{
    struct policy_proxy *proxy = state;
    file_cache_close(proxy->cache);
    free(proxy);
}

static void answer_copy(struct policy_proxy_context *context)
{
    struct proxy_copy *copy = &context->copy;
    const struct file_version version = {
        .tag = copy->tag, .modified = copy->cached.made, .from = copy->cached.from, .length = copy->cached.length};
    file_answer_version(context->base.request, context->base.response, &copy->cached.fd, &version);
    /* a copy may be kept, but is good only after asking again */
    response_header(context->base.response, "Cache-Control", "private, no-cache");
}

/* Hands out what may be out of date. */
static void answer_stale(struct policy_proxy_context *context)
{
    relay_metrics_policy_stale(context->base.request->relay_state);
    answer_copy(context);
}

static void log_failure(const struct policy_proxy_context *context, const struct err *err, bool stale)
{
    log_warn("not fetched from the policy server above", log_text("path", context->copy.path),
             log_text("reason", err->text), log_text("answer", stale ? "the copy from before" : "none"));
}

static void refuse_fetch(const struct policy_proxy_context *context, enum proxy_fetch result, int status,
                         const struct err *err)
{
    const struct request_context *base = &context->base;
    switch (result) {
    case PROXY_FETCH_GONE:
        request_context_refuse(base, status, status == 403 ? "the policy server above refuses it" : "no such file");
        break;
    case PROXY_FETCH_TOO_LARGE:
        request_context_fail(base, 500, err->text);
        break;
    case PROXY_FETCH_NO_SPACE:
        request_context_fail(base, 507, err->text);
        break;
    default:
        request_context_refuse(base, 503, "the policy server above does not give it now, try again");
    }
}

static void count_fetch(const struct policy_proxy_context *context, enum proxy_fetch result)
{
    static const enum relay_policy_fetch counts[] = {
        [PROXY_FETCH_NEW] = RELAY_POLICY_FETCH_NEW,
        [PROXY_FETCH_UNCHANGED] = RELAY_POLICY_FETCH_UNCHANGED,
        [PROXY_FETCH_GONE] = RELAY_POLICY_FETCH_GONE,
        [PROXY_FETCH_TOO_LARGE] = RELAY_POLICY_FETCH_FAILED,
        [PROXY_FETCH_NO_SPACE] = RELAY_POLICY_FETCH_FAILED,
        [PROXY_FETCH_FAILED] = RELAY_POLICY_FETCH_FAILED,
        [PROXY_FETCH_UNREACHABLE] = RELAY_POLICY_FETCH_FAILED,
    };
    struct relay_state *state = context->base.request->relay_state;
    relay_metrics_policy_fetch(state, counts[result]);
    relay_metrics_set_policy_source(state, result != PROXY_FETCH_UNREACHABLE, time(NULL));
}

/* In a child, with the lock of the copy's name. */
static void fetch_and_answer(struct policy_proxy_context *context)
{
    const struct policy_proxy *proxy = context->proxy;
    const struct request *request = context->base.request;
    struct err err = {0};
    int status = 0;
    enum proxy_fetch result = proxy_fetch(proxy->config, proxy->cache, &context->copy, request, &status, &err);
    count_fetch(context, result);
    if (result == PROXY_FETCH_NEW || result == PROXY_FETCH_UNCHANGED) {
        log_debug("asked the policy server above", log_text("path", context->copy.path),
                  log_text("content", result == PROXY_FETCH_NEW ? "new" : "unchanged"));
        answer_copy(context);
        return;
    }
    bool stale = proxy_copy_suffices(&context->copy, request);
    log_failure(context, &err, stale);
    if (stale) {
        answer_stale(context);
    } else {
        refuse_fetch(context, result, status, &err);
    }
}

static bool is_fresh(const struct policy_proxy_context *context)
{
    return proxy_copy_suffices(&context->copy, context->base.request) &&
           proxy_copy_fresh(&context->copy, context->fresh_since_ms);
}

/* Has the server above been out of reach a moment ago? Then nobody waits for it again so soon. */
static bool is_away(const struct policy_proxy_context *context)
{
    struct relay_policy_source source;
    int64_t now = time(NULL);
    relay_metrics_policy_source(context->base.request->relay_state, &source);
    return source.failing_since != 0 && source.last_failure <= now &&
           now - source.last_failure < context->proxy->config->policy_proxy.retry;
}

/* What can be said without the server above: a copy if there is one, else to try again. */
static void answer_without_asking(struct policy_proxy_context *context)
{
    if (proxy_copy_suffices(&context->copy, context->base.request)) {
        answer_stale(context);
    } else {
        request_context_refuse(&context->base, 503, "the policy server above cannot be asked now, try again");
    }
}

/* In a child. Where there can be no lock, each asks for itself. */
static void fetch_in_turn(struct policy_proxy_context *context)
{
    struct file_cache *cache = context->proxy->cache;
    bool copy = proxy_copy_suffices(&context->copy, context->base.request);
    int lock = file_cache_lock(cache, context->copy.name, copy ? WAIT_WITH_COPY_MS : WAIT_MS);
    bool others = lock < 0 && errno == EAGAIN;
    proxy_copy_reopen(&context->copy, cache);
    if (is_fresh(context)) {
        answer_copy(context);
    } else if (others || is_away(context)) {
        answer_without_asking(context);
    } else {
        fetch_and_answer(context);
        file_cache_trim(cache);
    }
    close_fd(&lock);
}

static void answer_path(struct policy_proxy_context *context, const char *path)
{
    proxy_copy_open(&context->copy, context->proxy->cache, path);
    if (is_fresh(context)) {
        answer_copy(context);
    } else if (is_away(context)) {
        answer_without_asking(context);
    } else {
        switch (request_context_try_offload(&context->base)) {
        case OFFLOAD_CHILD:
            fetch_in_turn(context);
            break;
        case OFFLOAD_NONE: /* too many wait already */
            answer_without_asking(context);
            break;
        case OFFLOAD_PARENT:
            break;
        }
    }
    proxy_copy_close(&context->copy);
}

static void policy_proxy_begin(struct policy_proxy_context *context, const struct policy_proxy *proxy,
                               struct request *request, struct response *response)
{
    *context = (struct policy_proxy_context){
        .base = {.wording = &policy_proxy_wording,
                 .request = request,
                 .response = response,
                 .retry_after = proxy->config->policy_proxy.retry > 0 ? proxy->config->policy_proxy.retry : 1},
        .proxy = proxy,
        .fresh_since_ms = clock_wall_ms() - proxy->config->policy_proxy.revalidate * 1000,
    };
    context->base.fields[0] = log_text("path", request->path.at);
}

/* Root has no server above, whatever httpd was told. */
static bool can_exist(const struct policy_proxy_context *context, struct slice path)
{
    if (context->proxy->config->upstream.host[0] == '\0') {
        return request_context_refuse(&context->base, 404, "there is no policy server above this one");
    }
    return proxy_path_valid(path) || request_context_refuse(&context->base, 404, "no such file");
}

void policy_proxy_get_policies(void *state, struct request *request, struct response *response)
{
    struct policy_proxy_context context;
    char node_id[NODE_ID_SIZE];
    policy_proxy_begin(&context, state, request, response);
    /* policies hold passwords: for the node and the policy servers above it */
    if (request_context_client_above_id(&context.base, request->args[0], node_id) &&
        can_exist(&context, request->args[1])) {
        char *path = xasprintf("policies/%s/rules/%.*s", node_id, (int)request->args[1].len, request->args[1].at);
        answer_path(&context, path);
        free(path);
    }
}

void policy_proxy_get_common(void *state, struct request *request, struct response *response)
{
    struct policy_proxy_context context;
    policy_proxy_begin(&context, state, request, response);
    if (can_exist(&context, request->args[0])) {
        char *path = xasprintf("common/%.*s", (int)request->args[0].len, request->args[0].at);
        answer_path(&context, path);
        free(path);
    }
}
