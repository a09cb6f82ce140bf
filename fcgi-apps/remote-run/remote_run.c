/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/remote_run.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "endpoint/body.h"
#include "relay/remote_run_request.h"
#include "relay/remote_run_targets.h"
#include "relay/via_header.h"
#include "remote-run/detach.h"
#include "remote-run/run.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "remote_run"

enum { PIECE = 16384 };

struct remote_run {
    const struct relay_config *config;
    struct detached *detached;
};

/* What the steps of one request share. */
struct asked {
    struct remote_run *state;
    struct request *request;
    struct response *response;
    struct buffer body;
    struct buffer id; /* from the path */
    struct remote_run_request form;
    struct remote_run_targets targets;
};

void *remote_run_start(const struct relay_config *config, struct err *err)
{
    (void)err;
    struct remote_run *state = xcalloc(1, sizeof *state);
    state->config = config;
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

static bool remote_run_refuse(struct asked *asked, int status, const char *reason)
{
    log_warn("remote run refused", log_number("status", status), log_text("client", request_client(asked->request)),
             log_text("reason", reason));
    response_text(asked->response, status, "%s", reason);
    return false;
}

/* Another kind (multipart, JSON) would look like a form without the fields, and agents would run otherwise than
 * asked. */
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

/* Without a body there need be no length: `curl -X POST .../all` is a good request. */
static bool remote_run_read_body(struct asked *asked)
{
    struct request *request = asked->request;
    struct err err = {0};
    if (request->length == REQUEST_LENGTH_ABSENT && request_env(request, "HTTP_TRANSFER_ENCODING") == NULL) {
        return true;
    }
    if (!body_check_length(request, REMOTE_RUN_MAX_BODY, asked->response)) {
        log_warn("remote run refused", log_number("status", asked->response->status),
                 log_text("client", request_client(request)));
        return false;
    }
    if (request->length > 0 && !is_form(request)) {
        return remote_run_refuse(asked, 400, "the body should be application/x-www-form-urlencoded");
    }
    ssize_t got;
    do {
        got = body_read(request, buffer_reserve(&asked->body, PIECE), PIECE, &err);
        asked->body.len += got > 0 ? (size_t)got : 0;
    } while (got > 0);
    return got == 0 || remote_run_refuse(asked, 400, err.text);
}

static bool remote_run_begin(struct asked *asked)
{
    struct err err = {0};
    if (!asked->state->config->remote_run.enabled) {
        response_text(asked->response, 404, "NOT FOUND");
        return false;
    }
    if (!remote_run_read_body(asked)) {
        return false;
    }
    if (!remote_run_request_parse(&asked->form, buffer_slice(&asked->body), &err)) {
        return remote_run_refuse(asked, 400, err.text);
    }
    if (via_header_is_loop(request_env(asked->request, "HTTP_VIA"), asked->state->config->general.node_id)) {
        return remote_run_refuse(asked, 502, VIA_LOOP_REASON);
    }
    return true;
}

static bool has_index(struct asked *asked)
{
    return asked->request->index != NULL || remote_run_refuse(asked, 503, "the relay does not know its nodes yet");
}

/* list NULL: the form's. */
static bool find_nodes(struct asked *asked, const char *list)
{
    struct err err = {0};
    if (!remote_run_request_nodes(&asked->form, list, &err)) {
        return remote_run_refuse(asked, 400, err.text);
    }
    if (!has_index(asked)) {
        return false;
    }
    remote_run_targets_of(&asked->targets, asked->request->index, asked->state->config->general.node_id,
                          asked->form.nodes, asked->form.node_count);
    return true;
}

static bool find_all(struct asked *asked)
{
    struct err err = {0};
    if (!has_index(asked)) {
        return false;
    }
    if (!remote_run_targets_all(&asked->targets, asked->request->index, asked->state->config->general.node_id, &err)) {
        log_error("remote run failed", log_text("reason", err.text));
        response_internal_error(asked->response);
        return false;
    }
    return true;
}

/* ---- the ways to answer ---- */

static struct run run_of(struct asked *asked, enum run_output_kind kind)
{
    const struct relay_config *config = asked->state->config;
    return (struct run){
        .config = config,
        .index = asked->request->index,
        .via = request_env(asked->request, "HTTP_VIA"),
        .request = &asked->form,
        .targets = &asked->targets,
        .output = {.kind = kind, .response = asked->response, .limit = config->remote_run.max_output},
        .cancel = response_connection(asked->response),
        .cancel_events = POLLRDHUP,
    };
}

/* In a process of its own. */
static void run_detached(void *context, int stop)
{
    struct run run = run_of(context, RUN_OUTPUT_NONE);
    run.cancel = stop;
    run.cancel_events = POLLIN;
    run_all(&run);
}

static void start_detached(struct asked *asked)
{
    struct err err = {0};
    switch (detach_start(asked->state->detached, run_detached, asked, &err)) {
    case DETACH_STARTED:
        response_empty(asked->response, 200);
        break;
    case DETACH_TOO_MANY:
        remote_run_refuse(asked, 503, "too many runs go on already");
        break;
    case DETACH_FAILED:
        log_error("remote run failed", log_text("reason", err.text));
        response_internal_error(asked->response);
        break;
    }
}

static void run_and_wait(struct asked *asked, enum run_output_kind kind)
{
    struct request *request = asked->request;
    struct run run = run_of(asked, kind);
    run.client = tcp_peer_open(request_env(request, "SERVER_ADDR"), request_env(request, "SERVER_PORT"),
                               request_env(request, "REMOTE_ADDR"), request_env(request, "REMOTE_PORT"));
    response_empty(asked->response, 200);
    if (kind != RUN_OUTPUT_NONE) {
        response_header(asked->response, "Content-Type", "text/plain; charset=utf-8");
    }
    if (kind != RUN_OUTPUT_STREAMED || response_start(asked->response, RESPONSE_LENGTH_UNKNOWN)) {
        run_all(&run);
    }
    tcp_peer_close(run.client);
}

static void remote_run_answer(struct asked *asked)
{
    const struct remote_run_request *form = &asked->form;
    log_info("remote run", log_text("client", request_client(asked->request)),
             log_number("hosts", (int64_t)asked->targets.host_count),
             log_number("relays", (int64_t)asked->targets.relay_count),
             log_number("unknown", (int64_t)asked->targets.unknown), log_text("conditions", form->conditions),
             log_text("asynchronous", form->asynchronous ? "yes" : "no"),
             log_text("keep_output", form->keep_output ? "yes" : "no"));
    if (!form->keep_output && form->asynchronous) {
        start_detached(asked);
    } else if (!form->keep_output) {
        run_and_wait(asked, RUN_OUTPUT_NONE);
    } else {
        run_and_wait(asked, form->asynchronous ? RUN_OUTPUT_STREAMED : RUN_OUTPUT_GATHERED);
    }
}

static void remote_run_finish(struct asked *asked)
{
    remote_run_targets_free(&asked->targets);
    remote_run_request_free(&asked->form);
    buffer_free(&asked->body);
    buffer_free(&asked->id);
}

/* ---- routes ---- */

void remote_run_node(void *state, struct request *request, struct response *response)
{
    struct asked asked = {.state = state, .request = request, .response = response};
    buffer_add(&asked.id, request->args[0].at, request->args[0].len);
    if (remote_run_begin(&asked) && find_nodes(&asked, buffer_cstr(&asked.id))) {
        remote_run_answer(&asked);
    }
    remote_run_finish(&asked);
}

void remote_run_nodes(void *state, struct request *request, struct response *response)
{
    struct asked asked = {.state = state, .request = request, .response = response};
    if (remote_run_begin(&asked) && find_nodes(&asked, NULL)) {
        remote_run_answer(&asked);
    }
    remote_run_finish(&asked);
}

void remote_run_all(void *state, struct request *request, struct response *response)
{
    struct asked asked = {.state = state, .request = request, .response = response};
    if (remote_run_begin(&asked) && find_all(&asked)) {
        remote_run_answer(&asked);
    }
    remote_run_finish(&asked);
}
