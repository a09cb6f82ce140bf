/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/remote_run.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "endpoint/body.h"
#include "endpoint/client_certificate.h"
#include "endpoint/request_context.h"
#include "relay/remote_run_request.h"
#include "relay/via_header.h"
#include "remote-run/command_call.h"
#include "remote-run/detach.h"
#include "remote-run/remote_run_targets.h"
#include "remote-run/run.h"
#include "util/log.h"
#include "util/unix_socket.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "remote_run"

enum { PIECE = 16384 };

/* The unit names the socket here (systemd/rights/remote-run.conf). Without it commands are children of this process. */
#define HELPER_ENV "REMOTE_RUN_COMMAND_SOCKET"

struct remote_run {
    const struct relay_config *config;
    const char *helper;
    struct detached *detached;
};

/* The web application shows a reason as it is. */
static const struct request_wording remote_run_wording = {LOG_COMPONENT, "remote run refused", "remote run failed",
                                                          .bare = true};

struct remote_run_context {
    struct request_context base;
    struct remote_run *state;
    struct buffer body;
    struct buffer id; /* from the path */
    struct remote_run_request form;
    struct remote_run_targets targets;
};

void *remote_run_start(const struct relay_config *config, struct err *err)
{
    const char *helper = getenv(HELPER_ENV);
    if (helper != NULL && !unix_socket_path_valid(helper, err)) {
        err_prefix(err, HELPER_ENV);
        return NULL;
    }
    struct remote_run *state = xcalloc(1, sizeof *state);
    state->config = config;
    state->helper = helper;
    state->detached = detached_new((size_t)config->remote_run.max_children);
    return state;
}

void remote_run_stop(void *context)
{
    struct remote_run *state = context;
    detached_free(state->detached);
    free(state);
}

/* ---- what is asked ---- */

/* Is the body a form? A body of another kind (multipart, JSON) would look like a form without fields, and agents would
 * run with other options than the client asked for. */
static bool is_form(const struct request *request)
{
    static const char form[] = "application/x-www-form-urlencoded";
    const char *type = request_env(request, "CONTENT_TYPE");
    if (type == NULL || type[0] == '\0') {
        return true;
    }
    size_t len = strcspn(type, "; \t");
    return len == strlen(form) && strncasecmp(type, form, len) == 0;
}

/* A request without a body needs no length: `curl -X POST .../all` is a good request. */
static bool read_form(struct remote_run_context *context)
{
    const struct request_context *base = &context->base;
    struct request *request = base->request;
    struct err err = {0};
    if (request->length == REQUEST_LENGTH_ABSENT && request_env(request, "HTTP_TRANSFER_ENCODING") == NULL) {
        return true;
    }
    if (!request_context_takes_body(base, REMOTE_RUN_MAX_BODY)) {
        return false;
    }
    if (request->length > 0 && !is_form(request)) {
        return request_context_refuse(base, 400, "the body should be application/x-www-form-urlencoded");
    }
    ssize_t got;
    do {
        got = body_read(request, buffer_reserve(&context->body, PIECE), PIECE, &err);
        context->body.len += got > 0 ? (size_t)got : 0;
    } while (got > 0);
    return got == 0 || request_context_refuse(base, 400, err.text);
}

/* httpd has looked at the client's address. Where an authority signs certificates, only that of the policy server above
 * counts. The local listener, for this machine alone, has no TLS. */
static bool client_may_run(const struct request_context *base)
{
    return request_env(base->request, "SSL_CLIENT_VERIFY") == NULL || !client_certificate_by_ca(base->request) ||
           client_certificate_is_upstream(base->request) ||
           request_context_refuse(base, 403, "the client certificate is not that of the policy server above");
}

static bool begin_run(struct remote_run_context *context, struct remote_run *state, struct request *request,
                      struct response *response)
{
    const struct relay_config *config = state->config;
    struct err err = {0};
    *context = (struct remote_run_context){
        .base = {.wording = &remote_run_wording, .request = request, .response = response}, .state = state};
    if (!config->remote_run.enabled) {
        response_text(response, 404, "NOT FOUND");
        return false;
    }
    if (!client_may_run(&context->base) || !read_form(context)) {
        return false;
    }
    if (!remote_run_request_parse(&context->form, buffer_slice(&context->body), &err)) {
        return request_context_refuse(&context->base, 400, err.text);
    }
    return !via_header_is_loop(request_env(request, "HTTP_VIA"), config->general.node_id) ||
           request_context_refuse(&context->base, 502, VIA_LOOP_REASON);
}

/* list: NULL for that of the form. */
static bool find_nodes(struct remote_run_context *context, const char *list)
{
    struct err err = {0};
    if (!remote_run_request_nodes(&context->form, list, &err)) {
        return request_context_refuse(&context->base, 400, err.text);
    }
    if (!request_context_has_index(&context->base)) {
        return false;
    }
    remote_run_targets_of(&context->targets, context->base.request->index, context->state->config->general.node_id,
                          context->form.nodes, context->form.node_count);
    return true;
}

static bool find_all(struct remote_run_context *context)
{
    struct err err = {0};
    return request_context_has_index(&context->base) &&
           (remote_run_targets_all(&context->targets, context->base.request->index,
                                   context->state->config->general.node_id, &err) ||
            request_context_fail(&context->base, 500, err.text));
}

/* ---- the ways to answer ---- */

static struct run run_of(struct remote_run_context *context, enum run_output_kind kind)
{
    const struct relay_config *config = context->state->config;
    return (struct run){
        .config = config,
        .helper = context->state->helper,
        .index = context->base.request->index,
        .via = request_env(context->base.request, "HTTP_VIA"),
        .request = &context->form,
        .targets = &context->targets,
        .output = {.kind = kind, .response = context->base.response, .limit = config->remote_run.max_output},
        .cancel = response_connection(context->base.response),
        .cancel_events = POLLRDHUP,
    };
}

/* Runs it in a process of its own. */
static void run_detached(void *context, int stop)
{
    struct run run = run_of(context, RUN_OUTPUT_NONE);
    run.cancel = stop;
    run.cancel_events = POLLIN;
    run_all(&run);
}

static void start_detached(struct remote_run_context *context)
{
    struct err err = {0};
    switch (detach_start(context->state->detached, run_detached, context, &err)) {
    case DETACH_STARTED:
        response_empty(context->base.response, 200);
        break;
    case DETACH_TOO_MANY:
        request_context_refuse(&context->base, 503, "too many runs go on already");
        break;
    case DETACH_FAILED:
        request_context_fail(&context->base, 500, err.text);
        break;
    }
}

static void run_and_wait(struct remote_run_context *context, enum run_output_kind kind)
{
    struct request *request = context->base.request;
    struct run run = run_of(context, kind);
    run.client = tcp_peer_open(request_env(request, "SERVER_ADDR"), request_env(request, "SERVER_PORT"),
                               request_env(request, "REMOTE_ADDR"), request_env(request, "REMOTE_PORT"));
    response_empty(context->base.response, 200);
    if (kind != RUN_OUTPUT_NONE) {
        response_header(context->base.response, "Content-Type", "text/plain; charset=utf-8");
    }
    if (kind != RUN_OUTPUT_STREAMED || response_start(context->base.response, RESPONSE_LENGTH_UNKNOWN)) {
        run_all(&run);
    }
    tcp_peer_close(run.client);
}

static void answer_run(struct remote_run_context *context)
{
    const struct remote_run_request *form = &context->form;
    log_info("remote run", log_text("client", request_client(context->base.request)),
             log_number("hosts", (int64_t)context->targets.host_count),
             log_number("relays", (int64_t)context->targets.relay_count),
             log_number("unknown", (int64_t)context->targets.unknown), log_text("conditions", form->conditions),
             log_text("asynchronous", form->asynchronous ? "yes" : "no"),
             log_text("keep_output", form->keep_output ? "yes" : "no"));
    if (!form->keep_output && form->asynchronous) {
        start_detached(context);
    } else if (!form->keep_output) {
        run_and_wait(context, RUN_OUTPUT_NONE);
    } else {
        run_and_wait(context, form->asynchronous ? RUN_OUTPUT_STREAMED : RUN_OUTPUT_GATHERED);
    }
}

static void finish_run(struct remote_run_context *context)
{
    remote_run_targets_free(&context->targets);
    remote_run_request_free(&context->form);
    buffer_free(&context->body);
    buffer_free(&context->id);
}

/* ---- routes ---- */

void remote_run_node(void *state, struct request *request, struct response *response)
{
    struct remote_run_context context;
    bool begun = begin_run(&context, state, request, response);
    buffer_add(&context.id, request->args[0].at, request->args[0].len);
    if (begun && find_nodes(&context, buffer_cstr(&context.id))) {
        answer_run(&context);
    }
    finish_run(&context);
}

void remote_run_nodes(void *state, struct request *request, struct response *response)
{
    struct remote_run_context context;
    if (begin_run(&context, state, request, response) && find_nodes(&context, NULL)) {
        answer_run(&context);
    }
    finish_run(&context);
}

void remote_run_all(void *state, struct request *request, struct response *response)
{
    struct remote_run_context context;
    if (begin_run(&context, state, request, response) && find_all(&context)) {
        answer_run(&context);
    }
    finish_run(&context);
}
