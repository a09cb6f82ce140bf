/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/endpoint.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "endpoint/body.h"
#include "endpoint/endpoint_options.h"
#include "endpoint/fcgi.h"
#include "endpoint/listener.h"
#include "endpoint/supervisor.h"
#include "util/clock.h"
#include "util/core_dump.h"
#include "util/log.h"

#define LOG_COMPONENT "endpoint"

enum { EXIT_START = 3 };
enum { IDLE_WAIT_MAX = 3600 * 1000 }; /* milliseconds */
enum { STOP_WAIT = 20 * 1000 };       /* milliseconds, for slow clients; less than TimeoutStopSec of the units */
enum { PATIENCE_MS = 50 };            /* how long this process waits for a slow client before a child takes over */
enum { KEPT_MAX = 256 * 1024 };       /* bytes of an answer's memory that are kept for the next one */

struct endpoint {
    const struct endpoint_program *program;
    struct relay_config *config;
    void *state;
    struct fcgi *fcgi;
    int64_t idle_at;          /* when the program's idle is due, by clock_ms */
    struct node_index *index; /* NULL until an index exists */
    struct err index_err;     /* why there is none, or an old one is used; logged once, not with each request */
    struct relay_state *relay_state;
    uint64_t generation; /* the last generation that was seen */
    struct request request;
    struct response response;
    struct response_sink sink; /* where an answer goes that is sent piece by piece */
    struct buffer out;
};

/* Logs a problem with the index when it begins, when it changes and when it is over. */
static void note_index(struct endpoint *endpoint, const struct err *err)
{
    if (strcmp(endpoint->index_err.text, err->text) == 0) {
        return;
    }
    if (err->text[0] == '\0') {
        log_info("node index in use", log_text("file", endpoint->config->general.node_index_file));
    } else {
        log_error("node index", log_text("reason", err->text),
                  log_text("in_use", endpoint->index != NULL ? "old" : "none"));
    }
    endpoint->index_err = *err;
}

static void endpoint_refresh_index(struct endpoint *endpoint)
{
    if (!endpoint->program->uses_node_index) {
        return;
    }
    struct err err = {0};
    if (endpoint->index == NULL) {
        endpoint->index = node_index_open(endpoint->config->general.node_index_file, &err);
    } else {
        (void)node_index_refresh(endpoint->index, &err);
    }
    note_index(endpoint, &err);
}

static void endpoint_reload(const struct endpoint *endpoint)
{
    struct err err = {0};
    if (relay_config_reload_logging(endpoint->config->path, &err)) {
        log_info("logging settings read again");
    } else {
        log_error("logging settings stay as they were", log_text("reason", err.text));
    }
}

static void refresh_state(struct endpoint *endpoint)
{
    relay_state_refresh(endpoint->relay_state);
    uint64_t generation = relay_state_generation(endpoint->relay_state);
    if (generation != endpoint->generation) {
        endpoint->generation = generation;
        endpoint_reload(endpoint);
    }
}

static bool send_headers_and_body(struct endpoint *endpoint)
{
    struct response *response = &endpoint->response;
    if (!response->started) {
        buffer_clear(&endpoint->out);
        response_format(response, &endpoint->out);
        response->gone = !fcgi_write(endpoint->fcgi, endpoint->out.at, endpoint->out.len);
    }
    return !response->gone;
}

static void log_file(const struct endpoint *endpoint, const struct err *err)
{
    const struct request *request = &endpoint->request;
    const struct response *response = &endpoint->response;
    bool ours = err->text[0] != '\0' && !response->gone;
    LOG_AT(ours ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "file sent", log_text("path", request->path.at),
           log_text("client", request_client(request)), log_text("method", request->method),
           log_number("bytes", response->file.length), log_text("trouble", err->text));
}

/* Sends the file of the answer, if it has one. When the client is slow, this forks: the child sends the rest, and the
 * result is OFFLOAD_PARENT in this process, which has nothing more to do with the request. */
static enum offload_side send_file(struct endpoint *endpoint)
{
    struct response *response = &endpoint->response;
    enum offload_side side = OFFLOAD_NONE;
    enum response_sent sent;
    struct err err = {0};
    int64_t patient = clock_ms() + PATIENCE_MS;
    if (!response_has_file(response)) {
        return OFFLOAD_NONE;
    }
    do {
        if (response_is_slow(response, patient)) {
            side = fcgi_offload(endpoint->fcgi);
        }
        if (side == OFFLOAD_PARENT) {
            return OFFLOAD_PARENT;
        }
        sent = response_send_piece(response, &err);
    } while (sent == RESPONSE_MORE);
    log_file(endpoint, &err);
    return side;
}

static void account(const struct endpoint *endpoint, int64_t begun_us)
{
    const struct request *request = &endpoint->request;
    const struct response *response = &endpoint->response;
    log_debug("request", log_text("method", request->method), log_text("path", request->path.at),
              log_number("status", response->status), log_text("sent", response->gone ? "no" : "yes"));
    relay_metrics_request(endpoint->relay_state, endpoint->program->endpoint, response->status,
                          (uint64_t)(clock_us() - begun_us));
}

static enum offload_side offload_request(void *context)
{
    return fcgi_offload(context);
}

static void finish_request(struct endpoint *endpoint)
{
    struct response *response = &endpoint->response;
    fcgi_finish(endpoint->fcgi);
    if (fcgi_is_offloaded(endpoint->fcgi)) {
        _exit(EXIT_SUCCESS);
    }
    relay_state_worker_idle(endpoint->relay_state, endpoint->program->endpoint);
    response_begin(response, false, NULL); /* closes the file */
    buffer_clear_large(&response->body, KEPT_MAX);
    buffer_clear_large(&endpoint->out, KEPT_MAX);
}

/* Answers one request on one connection. A child, forked by send_file or by a handler, also runs this to the end. */
static void endpoint_answer_request(struct endpoint *endpoint)
{
    const struct endpoint_program *program = endpoint->program;
    struct request *request = &endpoint->request;
    struct response *response = &endpoint->response;
    int64_t begun_us = clock_us();
    if (fcgi_is_gone(endpoint->fcgi)) {
        log_info("nobody waits for the answer any more");
        fcgi_finish(endpoint->fcgi);
        return;
    }
    refresh_state(endpoint);
    relay_state_worker_busy(endpoint->relay_state, program->endpoint, time(NULL));
    endpoint_refresh_index(endpoint);
    request_begin(request, fcgi_env(endpoint->fcgi), fcgi_read, endpoint->fcgi);
    request->index = endpoint->index;
    request->config = endpoint->config;
    request->relay_state = endpoint->relay_state;
    request->offload = offload_request;
    request->offload_context = endpoint->fcgi;
    response_begin(response, strcmp(request->method, "HEAD") == 0, &endpoint->sink);
    route_request(&program->routes, endpoint->state, request, response);
    if (response->offloaded) {
        finish_request(endpoint);
        return;
    }
    if (response->status == 0) {
        log_error("no answer from the handler", log_text("path", request->path.at));
        response_internal_error(response);
    }
    body_drain(request, endpoint->config->upload.max_body_size);
    if (!send_headers_and_body(endpoint) || send_file(endpoint) != OFFLOAD_PARENT) {
        account(endpoint, begun_us);
    }
    finish_request(endpoint);
}

/* Calls idle when it is due. Returns how many milliseconds to wait for a request, -1 for no limit. */
static int idle_wait(struct endpoint *endpoint)
{
    const struct endpoint_program *program = endpoint->program;
    if (program->idle == NULL) {
        return -1;
    }
    if (clock_ms() >= endpoint->idle_at) {
        endpoint->idle_at = clock_ms() + 1000 * program->idle(endpoint->state);
    }
    int64_t wait = endpoint->idle_at - clock_ms();
    return wait <= 0 ? 0 : wait > IDLE_WAIT_MAX ? IDLE_WAIT_MAX : (int)wait;
}

static void stop(const struct endpoint *endpoint)
{
    size_t cut = fcgi_end_offloaded(endpoint->fcgi, STOP_WAIT);
    if (cut > 0) {
        log_warn("answers to slow clients are cut", log_number("answers", (int64_t)cut));
    }
    relay_state_worker_end(endpoint->relay_state, endpoint->program->endpoint);
    log_info("stopped");
}

static int endpoint_serve(struct endpoint *endpoint)
{
    struct err err = {0};
    for (;;) {
        switch (fcgi_wait(endpoint->fcgi, idle_wait(endpoint), &err)) {
        case FCGI_REQUEST:
            endpoint_answer_request(endpoint);
            break;
        case FCGI_RELOAD:
            endpoint_reload(endpoint);
            break;
        case FCGI_IDLE:
            break;
        case FCGI_STOP:
            stop(endpoint);
            return EXIT_SUCCESS;
        case FCGI_FAILED:
            log_error("takes no more requests", log_text("reason", err.text));
            stop(endpoint);
            return EXIT_START;
        }
    }
}

static bool open_fcgi(struct endpoint *endpoint, struct err *err)
{
    endpoint->fcgi = fcgi_open(err);
    endpoint->sink =
        (struct response_sink){.send = fcgi_send, .connection = fcgi_connection, .context = endpoint->fcgi};
    return endpoint->fcgi != NULL;
}

static int endpoint_start(struct endpoint *endpoint, const struct endpoint_options *options)
{
    const struct endpoint_program *program = endpoint->program;
    struct err err = {0};
    int failure = ENDPOINT_EXIT_USAGE;
    endpoint->config = relay_config_load(options->config, &err);
    if (endpoint->config == NULL ||
        !log_configure(endpoint->config->logging.level, endpoint->config->logging.filter, &err)) {
        goto out;
    }
    failure = EXIT_START;
    if (!options->check && !open_fcgi(endpoint, &err)) {
        goto out;
    }
    endpoint->state = program->start != NULL ? program->start(endpoint->config, &err) : endpoint;
    if (endpoint->state == NULL) {
        goto out;
    }
    if (options->check) {
        return EXIT_SUCCESS;
    }
    endpoint->relay_state = relay_state_open(endpoint->config->general.state_file, relay_metrics_fingerprint());
    endpoint->generation = relay_state_generation(endpoint->relay_state);
    relay_state_worker_idle(endpoint->relay_state, program->endpoint);
    endpoint_refresh_index(endpoint);
    log_info("started", log_text("version", PACKAGE_VERSION), log_text("config", endpoint->config->path));
    return EXIT_SUCCESS;

out:
    log_error("does not start", log_text("reason", err.text));
    return failure;
}

/* Serves in this process. ready: for supervisor_ready. */
static int run_process(struct endpoint *endpoint, const struct endpoint_options *options, int ready)
{
    int status = endpoint_start(endpoint, options);
    if (status != EXIT_SUCCESS || options->check) {
        return status;
    }
    supervisor_ready(ready);
    return endpoint_serve(endpoint);
}

/* True in each of the workers. False in the supervisor, at its end. */
static bool become_workers(size_t processes, int *ready, int *status)
{
    struct err err = {0};
    if (!listener_take(&err)) {
        log_error("does not start", log_text("reason", err.text));
        *status = EXIT_START;
        return false;
    }
    return supervisor_run(processes, ready, status);
}

int endpoint_run(const struct endpoint_program *program, int argc, char **argv)
{
    struct endpoint_options options;
    int status, ready = -1;
    if (!endpoint_options_read(program->name, program->summary, argc, argv, &options, &status)) {
        return status;
    }
    core_dump_off();
    log_start(program->name);
    if (options.processes > 0 && !options.check && !become_workers(options.processes, &ready, &status)) {
        return status;
    }
    struct endpoint endpoint = {.program = program};
    status = run_process(&endpoint, &options, ready);
    if (endpoint.state != NULL && program->stop != NULL) {
        program->stop(endpoint.state);
    }
    fcgi_close(endpoint.fcgi);
    node_index_close(endpoint.index);
    relay_state_close(endpoint.relay_state);
    request_free(&endpoint.request);
    response_free(&endpoint.response);
    buffer_free(&endpoint.out);
    relay_config_free(endpoint.config);
    return status;
}
