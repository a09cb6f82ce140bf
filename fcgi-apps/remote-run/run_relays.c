/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/run_relays.h"

#include <stdlib.h>

#include "relay/peer.h"
#include "relay/via_header.h"
#include "util/clock.h"
#include "util/http_client.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "run_relays"

enum {
    CONCURRENT_MAX = 100,    /* connections at a time; the other relays wait for their turn */
    CONNECT_MS = 10 * 1000,  /* without an answer to a connection it is down */
    PATIENCE_MS = 15 * 1000, /* added to the time for commands, once for each relay on the way */
    REFUSAL_MAX = 200        /* bytes of what it says when it refuses */
};

/* One relay's request. */
struct ask {
    struct run_relays *all;
    const struct remote_run_relay *relay;
    struct http_transfer *transfer;
    struct buffer form;
    struct line_merge merge;
    struct buffer refusal;
};

struct run_relays {
    const struct relay_config *config;
    struct node_index *index;
    const struct remote_run_request *request;
    struct run_output *output;
    struct http_client *client; /* NULL: there is no relay to ask, or none can be */
    struct http_limits limits;
    struct buffer via; /* the header */
    size_t count;
    size_t next; /* the first that was not asked yet */
    struct ask asks[];
};

/* ---- what comes back ---- */

static void say_failure(const struct ask *ask, const char *reason)
{
    const struct remote_run_relay *relay = ask->relay;
    log_error("relay failed", log_slice("relay", relay->id), log_slice("host", relay->hostname),
              log_text("reason", reason), log_number("nodes", (int64_t)relay->node_count));
    run_output_say(ask->all->output, "relay %.*s (%.*s): %s", (int)relay->id.len, relay->id.at,
                   (int)relay->hostname.len, relay->hostname.at, reason);
}

static bool is_success(int status)
{
    return status >= 200 && status <= 299;
}

static bool run_relays_take(void *context, const char *bytes, size_t len)
{
    struct ask *ask = context;
    if (is_success(http_transfer_status(ask->transfer))) {
        run_output_add(ask->all->output, &ask->merge, bytes, len);
    } else {
        size_t room = REFUSAL_MAX - ask->refusal.len;
        buffer_add(&ask->refusal, bytes, len < room ? len : room);
    }
    return true;
}

static void end_ask(struct ask *ask)
{
    run_output_end(ask->all->output, &ask->merge);
    line_merge_free(&ask->merge);
    buffer_free(&ask->refusal);
    buffer_free(&ask->form);
    ask->transfer = NULL;
}

/* Makes one line of the relay's words, however many lines they have. */
static void say_refusal(const struct ask *ask, int status)
{
    struct err reason;
    struct slice rest = buffer_slice(&ask->refusal);
    struct slice words = slice_take_until(&rest, '\n');
    err_set(&reason, "answer %d: %.*s", status, (int)words.len, words.len > 0 ? words.at : "");
    say_failure(ask, reason.text);
}

static void run_relays_done(void *context, const struct http_result *result)
{
    struct ask *ask = context;
    run_output_end(ask->all->output, &ask->merge);
    if (result->outcome != HTTP_ANSWERED || !result->answer_ended) {
        say_failure(ask, result->reason);
    } else if (!is_success(result->status)) {
        say_refusal(ask, result->status);
    } else {
        log_info("relay answered", log_slice("relay", ask->relay->id));
    }
    end_ask(ask);
}

/* ---- asking ---- */

static bool start_ask(struct ask *ask, struct err *err)
{
    struct run_relays *relays = ask->all;
    const struct remote_run_relay *relay = ask->relay;
    struct buffer url = {0}, pins = {0};
    remote_run_request_format(relays->request, relay->nodes, relay->node_count, &ask->form);
    char *id = xstrndup(relay->id.at, relay->id.len);
    if (peer_node_url(relays->config, relays->index, id, &url, err) &&
        peer_node_pins(relays->config, relays->index, id, &pins, err)) {
        buffer_add_format(&url, "/rudder/relay-api/remote-run/%s", relay->nodes != NULL ? "nodes" : "all");
        const struct http_request request = {.method = HTTP_POST,
                                             .url = buffer_cstr(&url),
                                             .header = buffer_cstr(&relays->via),
                                             .pins = buffer_cstr(&pins),
                                             .form = buffer_slice(&ask->form),
                                             .write = run_relays_take,
                                             .done = run_relays_done,
                                             .context = ask,
                                             .limits = &relays->limits};
        ask->transfer = http_client_start(relays->client, &request, err);
    }
    free(id);
    buffer_free(&url);
    buffer_free(&pins);
    return ask->transfer != NULL;
}

static void start_next(struct run_relays *relays)
{
    struct err err = {0};
    struct ask *ask = &relays->asks[relays->next++];
    if (!start_ask(ask, &err)) {
        say_failure(ask, err.text);
        end_ask(ask);
    }
}

/* ---- all of them ---- */

static struct http_client *open_client(const struct run_relays *relays)
{
    struct err err = {0};
    struct http_client *client = peer_client(relays->config, &err);
    for (size_t i = 0; client == NULL && i < relays->count; i++) {
        say_failure(&relays->asks[i], err.text);
    }
    return client;
}

struct run_relays *run_relays_new(const struct relay_config *config, struct node_index *index, const char *via,
                                  const struct remote_run_request *request, const struct remote_run_targets *targets,
                                  struct run_output *output)
{
    size_t count = targets->relay_count;
    struct run_relays *relays = xcalloc(1, sizeof *relays + count * sizeof *relays->asks);
    relays->config = config;
    relays->index = index;
    relays->request = request;
    relays->output = output;
    via_header_add(&relays->via, via, config->general.node_id);
    /* A relay must be able to report that a relay below it did not answer, before the relay itself is given up. */
    relays->limits = (struct http_limits){.connect_ms = CONNECT_MS,
                                          .total_ms = config->remote_run.timeout * 1000 +
                                                      (int64_t)targets->relay_levels * PATIENCE_MS};
    relays->count = count;
    for (size_t i = 0; i < count; i++) {
        relays->asks[i] = (struct ask){.all = relays, .relay = &targets->relays[i]};
    }
    relays->client = count > 0 ? open_client(relays) : NULL;
    if (relays->client == NULL) {
        relays->next = count;
    }
    return relays;
}

size_t run_relays_polls(const struct run_relays *relays, struct pollfd *poll, int64_t *wake)
{
    if (relays->client == NULL) {
        return 0;
    }
    int timeout = http_client_polls(relays->client, poll);
    if (timeout >= 0 && clock_ms() + timeout < *wake) {
        *wake = clock_ms() + timeout;
    }
    return 1;
}

bool run_relays_step(struct run_relays *relays)
{
    if (relays->client == NULL) {
        return false;
    }
    while (relays->next < relays->count && http_client_busy(relays->client) < CONCURRENT_MAX) {
        start_next(relays);
    }
    http_client_step(relays->client);
    return relays->next < relays->count || http_client_busy(relays->client) > 0;
}

void run_relays_stop(struct run_relays *relays)
{
    relays->next = relays->count;
    for (size_t i = 0; i < relays->count; i++) {
        if (relays->asks[i].transfer != NULL) {
            http_transfer_cancel(relays->asks[i].transfer);
            end_ask(&relays->asks[i]);
        }
    }
}

void run_relays_free(struct run_relays *relays)
{
    run_relays_stop(relays);
    http_client_free(relays->client);
    buffer_free(&relays->via);
    free(relays);
}
