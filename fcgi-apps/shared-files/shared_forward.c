/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_forward.h"

#include <stdio.h>
#include <string.h>

#include "endpoint/body.h"
#include "relay/node_id.h"
#include "relay/peer.h"
#include "relay/via_header.h"
#include "util/http_client.h"
#include "util/log.h"

#define LOG_COMPONENT "shared_forward"

enum { TEXT_MAX = 400, LEAST_BYTES_PER_SECOND = 128 * 1024 };

struct forward {
    const struct relay_config *config;
    struct request *request;
    bool own; /* it asks for us, not for the client */
    struct http_client *client;
    struct buffer url;
    struct buffer pins;
    struct buffer via;
    struct err body_err;
    char text[TEXT_MAX]; /* the beginning of the answer's body */
    size_t text_len;
    enum http_outcome outcome;
    int status;
    bool timed_out;
    struct err reason;
};

static ssize_t shared_forward_read_body(void *context, char *bytes, size_t size)
{
    struct forward *forward = context;
    return body_read(forward->request, bytes, size, &forward->body_err);
}

static bool write_text(void *context, const char *bytes, size_t len)
{
    struct forward *forward = context;
    size_t room = sizeof forward->text - forward->text_len;
    size_t taken = len < room ? len : room;
    memcpy(forward->text + forward->text_len, bytes, taken);
    forward->text_len += taken;
    return true;
}

static void shared_forward_done(void *context, const struct http_result *result)
{
    struct forward *forward = context;
    forward->outcome = result->outcome;
    forward->status = result->status;
    forward->timed_out = result->timed_out;
    err_set(&forward->reason, "%s", result->reason);
}

/* Sets which server to ask, and how it proves who it is. */
static bool address(struct forward *forward, const char *next_hop, struct err *err)
{
    const struct relay_config *config = forward->config;
    struct node_index *index = forward->request->index;
    return next_hop != NULL
               ? peer_node_url(config, index, next_hop, &forward->url, err) &&
                     peer_node_pins(config, index, next_hop, &forward->pins, err)
               : peer_upstream_url(config, &forward->url, err) && peer_upstream_pins(config, &forward->pins, err);
}

/* A request of our own has passed no other server yet. */
static void add_via(struct forward *forward)
{
    via_header_add(&forward->via, forward->own ? NULL : request_env(forward->request, "HTTP_VIA"),
                   forward->config->general.node_id);
}

/* The next server may send the body on to another one before it answers, which takes time as well. */
static struct http_limits limits_of(const struct relay_config *config, int64_t body_len)
{
    return (struct http_limits){
        .connect_ms = config->upstream.connect_timeout * 1000,
        .stall_ms = (config->upstream.stall_timeout + body_len / LEAST_BYTES_PER_SECOND) * 1000,
        .total_ms = config->upstream.total_timeout * 1000,
    };
}

/* False with err: there was no answer to be had, and forward->outcome does not say more. */
static bool shared_forward_run(struct forward *forward, const char *next_hop, const char *path, const char *query,
                               enum http_method method, struct err *err)
{
    if (!address(forward, next_hop, err)) {
        return false;
    }
    buffer_add_format(&forward->url, "/rudder/relay-api%s%s%s", path, query[0] != '\0' ? "?" : "", query);
    add_via(forward);
    forward->client = peer_client(forward->config, err);
    if (forward->client == NULL) {
        return false;
    }
    const int64_t body_len = method == HTTP_PUT ? forward->request->length : 0;
    const struct http_limits limits = limits_of(forward->config, body_len);
    const struct http_request request = {
        .method = method,
        .url = buffer_cstr(&forward->url),
        .header = buffer_cstr(&forward->via),
        .pins = forward->pins.len > 0 ? buffer_cstr(&forward->pins) : NULL,
        .body_len = body_len,
        .read = method == HTTP_PUT ? shared_forward_read_body : NULL,
        .write = write_text,
        .done = shared_forward_done,
        .context = forward,
        .limits = &limits,
    };
    if (http_client_start(forward->client, &request, err) == NULL) {
        return false;
    }
    http_client_finish(forward->client);
    return true;
}

static void release(struct forward *forward)
{
    http_client_free(forward->client);
    buffer_free(&forward->url);
    buffer_free(&forward->pins);
    buffer_free(&forward->via);
}

/* Makes plain text of at most one line of the other server's words, which may be a page of httpd's. */
static void hand_back(const struct forward *forward, struct response *response)
{
    size_t line = 0;
    while (line < forward->text_len && forward->text[line] != '\n') {
        line++;
    }
    struct err words = {0};
    if (line > 0 && forward->text[0] != '<') {
        err_set(&words, "%.*s", (int)line, forward->text);
    }
    if (words.text[0] != '\0') {
        response_text(response, forward->status, "%s\n", words.text);
    } else {
        response_empty(response, forward->status);
    }
}

static void shared_forward_answer(const struct forward *forward, const char *whom, struct response *response)
{
    const struct err *reason = &forward->reason;
    const char *words = "an answer that makes no sense";
    int status = 502;
    /* a server that refuses a body may close the connection while the body is still on its way */
    bool refused = forward->outcome == HTTP_BROKEN && forward->status >= 400;
    switch (refused ? HTTP_ANSWERED : forward->outcome) {
    case HTTP_ANSWERED:
        if (forward->status < 200 || (forward->status >= 300 && forward->status < 400)) {
            break;
        }
        log_info("forwarded", log_text("path", forward->request->path.at), log_text("to", whom),
                 log_number("status", forward->status), log_number("bytes", forward->request->body_read));
        hand_back(forward, response);
        return;
    case HTTP_UNREACHABLE:
        status = 504;
        words = "it cannot be reached";
        break;
    case HTTP_UNTRUSTED:
        words = "it is not who it should be";
        break;
    case HTTP_BROKEN:
        status = forward->timed_out ? 504 : 502;
        words = forward->timed_out ? "it does not answer in time" : "it broke off";
        break;
    case HTTP_ABANDONED:
        status = 400;
        words = "the body ended too early";
        reason = &forward->body_err;
        break;
    }
    log_warn("not forwarded", log_text("path", forward->request->path.at), log_text("to", whom),
             log_number("status", status), log_number("answer", forward->status), log_text("reason", reason->text));
    response_text(response, status, "%s: %s\n", whom, words);
}

void shared_forward(const struct relay_config *config, const struct request_context *context, const char *next_hop,
                    const char *path)
{
    struct request *request = context->request;
    struct response *response = context->response;
    if (!request_context_offload(context)) {
        return;
    }
    struct forward forward = {.config = config, .request = request};
    struct err err = {0};
    const char *query = request_env(request, "QUERY_STRING");
    char whom[NODE_ID_SIZE + 32] = "the server above";
    if (next_hop != NULL) {
        snprintf(whom, sizeof whom, "the relay %s", next_hop);
    }
    enum http_method method = response->head ? HTTP_HEAD : HTTP_PUT;
    if (shared_forward_run(&forward, next_hop, path, query != NULL ? query : "", method, &err)) {
        shared_forward_answer(&forward, whom, response);
    } else {
        log_error("not forwarded", log_text("path", request->path.at), log_text("to", whom),
                  log_text("reason", err.text));
        response_text(response, 502, "%s: it cannot be asked\n", whom);
    }
    release(&forward);
}

int shared_forward_ask(const struct relay_config *config, struct request *request, const char *path, const char *query,
                       struct err *err)
{
    struct forward forward = {.config = config, .request = request, .own = true};
    int status = 0;
    if (shared_forward_run(&forward, NULL, path, query, HTTP_HEAD, err)) {
        status = forward.outcome == HTTP_ANSWERED ? forward.status : 0;
        if (status == 0) {
            err_set(err, "%s", forward.reason.text);
        }
    }
    release(&forward);
    return status;
}
