/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/run_hub.h"

#include <stdlib.h>

#include "util/clock.h"
#include "util/http_client.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "run_hub"

enum {
    ASK_MS = 10 * 1000,
    PATIENCE_MS_HUB = 90 * 1000, /* beyond remote_run.timeout: the hub tells itself what takes too long */
    FIRST_LINE_MAX = 8 << 20
};

struct run_hub {
    struct run_output *output;
    struct http_client *client; /* NULL: nothing goes on */
    struct http_transfer *transfer;
    struct buffer form;
    struct buffer first; /* the first line, until it is whole */
    bool first_ended;
    struct line_merge merge;
};

static void take_lines(struct run_hub *hub, const char *bytes, size_t len)
{
    run_output_add(hub->output, &hub->merge, bytes, len);
}

static bool run_hub_take(void *context, const char *bytes, size_t len)
{
    struct run_hub *hub = context;
    if (http_transfer_status(hub->transfer) != 200) {
        return true;
    }
    if (hub->first_ended) {
        take_lines(hub, bytes, len);
        return true;
    }
    const char *end = memchr(bytes, '\n', len);
    size_t part = end != NULL ? (size_t)(end - bytes) : len;
    if (hub->first.len + part > FIRST_LINE_MAX) {
        return false;
    }
    buffer_add(&hub->first, bytes, part);
    hub->first_ended = end != NULL;
    if (end != NULL) {
        take_lines(hub, end + 1, len - part - 1);
    }
    return true;
}

static void run_hub_done(void *context, const struct http_result *result)
{
    struct run_hub *hub = context;
    bool whole = result->outcome == HTTP_ANSWERED && result->answer_ended && result->status == 200;
    hub->transfer = NULL;
    run_output_end(hub->output, &hub->merge);
    if (!whole) {
        log_error("hub failed", log_text("reason", result->reason));
    }
    if (!whole && hub->first_ended) {
        run_output_say(hub->output, "the hub does not tell any more, the runs go on: %s", result->reason);
    }
}

/* ---- asking ---- */

static bool start_hub(struct run_hub *hub, const struct relay_config *config, const struct remote_run_request *request,
                      struct err *err)
{
    const struct http_client_settings settings = {
        .trust = HTTP_TRUST_NOBODY, .unix_socket = config->hub.socket, .proxy = "none"};
    const struct http_limits limits = {.connect_ms = ASK_MS,
                                       .total_ms = config->remote_run.timeout * 1000 + PATIENCE_MS_HUB};
    remote_run_request_format(request, request->nodes, request->node_count, &hub->form);
    buffer_add_text(&hub->form, request->node_count == 0 ? "&all=true" : "");
    const struct http_request post = {.method = HTTP_POST,
                                      .url = "http://hub/orders",
                                      .form = buffer_slice(&hub->form),
                                      .write = run_hub_take,
                                      .done = run_hub_done,
                                      .context = hub,
                                      .limits = &limits};
    hub->client = http_client_new(&settings, err);
    hub->transfer = hub->client != NULL ? http_client_start(hub->client, &post, err) : NULL;
    return hub->transfer != NULL;
}

static void wait_for_first_line(struct run_hub *hub)
{
    const int64_t until_ms = clock_ms() + ASK_MS;
    while (hub->transfer != NULL && !hub->first_ended && clock_ms() < until_ms) {
        struct pollfd polls;
        int64_t wake = until_ms;
        run_hub_polls(hub, &polls, &wake);
        poll(&polls, 1, clock_poll_timeout(wake));
        http_client_step(hub->client);
    }
}

static void take_first_line(const struct run_hub *hub, struct remote_run_targets *targets)
{
    static const char waiting[] = "waiting = ";
    struct slice line = buffer_slice(&hub->first);
    if (slice_starts_with(line, waiting)) {
        slice_take(&line, sizeof waiting - 1);
        remote_run_targets_drop(targets, line);
    }
}

struct run_hub *run_hub_ask(const struct relay_config *config, const struct remote_run_request *request,
                            struct remote_run_targets *targets, struct run_output *output)
{
    struct err err = {0};
    struct run_hub *hub = xcalloc(1, sizeof *hub);
    hub->output = output;
    if (!config->hub.enabled) {
        return hub;
    }
    if (!start_hub(hub, config, request, &err)) {
        log_error("the hub cannot be asked", log_text("reason", err.text));
        return hub;
    }
    wait_for_first_line(hub);
    if (hub->first_ended) {
        take_first_line(hub, targets);
    } else if (hub->transfer != NULL) {
        log_error("hub failed", log_text("reason", "it says nothing"));
        run_hub_stop(hub);
    }
    return hub;
}

/* ---- the rest ---- */

size_t run_hub_polls(const struct run_hub *hub, struct pollfd *poll, int64_t *wake)
{
    if (hub->transfer == NULL) {
        return 0;
    }
    int timeout = http_client_polls(hub->client, poll);
    if (timeout >= 0) {
        *wake = clock_earlier(*wake, clock_ms() + timeout);
    }
    return 1;
}

bool run_hub_step(struct run_hub *hub)
{
    if (hub->transfer != NULL) {
        http_client_step(hub->client);
    }
    return hub->transfer != NULL;
}

void run_hub_stop(struct run_hub *hub)
{
    if (hub->transfer != NULL) {
        http_transfer_cancel(hub->transfer);
        hub->transfer = NULL;
        run_output_end(hub->output, &hub->merge);
    }
}

void run_hub_free(struct run_hub *hub)
{
    run_hub_stop(hub);
    http_client_free(hub->client);
    line_merge_free(&hub->merge);
    buffer_free(&hub->first);
    buffer_free(&hub->form);
    free(hub);
}
