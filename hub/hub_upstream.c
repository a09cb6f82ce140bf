/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub_upstream.h"

#include <event2/event_struct.h>
#include <inttypes.h>
#include <stdlib.h>

#include "absent_run.h"
#include "curl_loop.h"
#include "hub_path.h"
#include "relay/peer.h"
#include "run_watch.h"
#include "upstream_run.h"
#include "util/backoff.h"
#include "util/clock.h"
#include "util/http_url.h"
#include "util/log.h"
#include "util/random.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "hub_upstream"

enum { WAIT_TOTAL_MS = 330 * 1000, WAIT_CONNECT_MS = 10 * 1000 };

static const struct backoff wait_backoff = {.first_ms = 1000, .ceiling_ms = 300000};

struct hub_upstream {
    struct hub *hub;
    struct curl_loop above, local; /* to the server above, to remote-run here */
    struct http_transfer *waiting; /* the held request; NULL: none */
    struct event again;
    struct buffer text; /* its answer */
    struct buffer url_wait, url_output, pins;
    struct upstream_way way;
    struct upstream_run_list runs;
    struct absent_run_list absent;
    unsigned failures;
};

bool hub_upstream_wanted(const struct relay_config *config)
{
    return config->upstream.host[0] != '\0' && config->upstream.client_certificate_file[0] != '\0';
}

/* ---- an order ---- */

static void up_write(void *context, struct slice lines)
{
    upstream_run_write(context, lines);
}

static void up_end(void *context, int status)
{
    upstream_run_source_ended(context, status);
}

static size_t up_pending(void *context)
{
    return upstream_run_pending(context);
}

static void watch_for_above(struct hub *hub, struct order *order, struct upstream_run *run)
{
    upstream_run_source(run);
    run_watch_new(hub->base, order, hub->config, &(struct run_watch_sink){up_write, up_end, up_pending, run});
}

static void tell_nodes(struct hub *hub, const struct hub_targets *targets)
{
    for (size_t i = 0; i < targets->count; i++) {
        hub_wait_offer(hub, wait_table_get(hub->table, targets->at[i].key));
    }
}

static void find_targets(struct hub *hub, struct slice nodes, struct hub_targets *targets)
{
    struct slice *ids = NULL, id;
    size_t count = 0, room = 0;
    if (slice_eq_str(nodes, "all")) {
        hub_targets_all(hub, targets, true);
        return;
    }
    while (order_text_next_id(&nodes, &id)) {
        ids = xgrow(ids, count, &room, sizeof *ids);
        ids[count++] = id;
    }
    hub_targets_of(hub, targets, ids, count);
    free(ids);
}

/* Stores the order with a ticket of our own. *order is NULL when none of its nodes waits here. */
static bool keep_order(struct hub *hub, const struct order_text *above, const struct hub_targets *targets,
                       struct order **order, struct err *err)
{
    struct order_text text = {.above = above->ticket,
                              .conditions = above->conditions,
                              .output = above->output,
                              .seconds = above->seconds,
                              .targets = targets->at,
                              .target_count = targets->count};
    *order = orders_find_above(hub->orders, above->ticket);
    if (*order == NULL && targets->count > 0) {
        *order = orders_add(hub->orders, &text, err);
        if (*order == NULL) {
            return false;
        }
    }
    return order_files_set_above(orders_files(hub->orders), above->ticket, err);
}

static void hand_order_on(struct hub_upstream *upstream, const struct order_text *above, struct err *err)
{
    struct hub *hub = upstream->hub;
    struct hub_targets targets = {0};
    struct order *order;
    char ticket[TICKET_SIZE];
    find_targets(hub, above->nodes, &targets);
    /* A watched one was on disk when the hub was started, and is handed on already. */
    if (keep_order(hub, above, &targets, &order, err) && (order == NULL || order->watch == NULL)) {
        struct upstream_run *run = upstream_run_new(&upstream->runs, &upstream->way, above->ticket, above->output);
        upstream_run_source(run);
        log_info("order from above", log_text("ticket", hub_path_ticket_text(ticket, above->ticket)),
                 log_number("targets", (int64_t)targets.count), log_number("absent", (int64_t)targets.absent_count));
        if (order != NULL) {
            watch_for_above(hub, order, run);
            tell_nodes(hub, &targets);
        }
        absent_run_start(&upstream->absent, &upstream->local, hub->config, above, targets.absent, targets.absent_count,
                         run);
        upstream_run_source_ended(run, 0);
    }
    hub_targets_free(&targets);
}

static bool take_order(struct hub_upstream *upstream, struct err *err)
{
    struct order_text above;
    bool taken = order_text_parse(&above, buffer_slice(&upstream->text), err);
    if (taken && above.nodes.len == 0) {
        taken = err_set(err, "an order for a relay has no nodes");
    }
    if (taken && above.ticket > order_files_above(orders_files(upstream->hub->orders))) {
        hand_order_on(upstream, &above, err);
        taken = err->text[0] == '\0';
    }
    order_text_free(&above);
    return taken;
}

/* Orders from above that were on the disk when the hub was started. */
static void watch_again(void *context, struct order *order)
{
    struct hub_upstream *upstream = context;
    if (order->above > 0 && order->watch == NULL) {
        struct upstream_run *run = upstream_run_new(&upstream->runs, &upstream->way, order->above, order->output);
        upstream_run_go_on(run);
        watch_for_above(upstream->hub, order, run);
        run_watch_say(order->watch, "relay %s: its hub was started anew: lines may be missing",
                      upstream->hub->config->general.node_id);
    }
}

/* ---- waiting ---- */

static void wait_above(struct hub_upstream *upstream);

static void on_again(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    wait_above(context);
}

static void wait_again(struct hub_upstream *upstream, int64_t wait_ms)
{
    event_add(&upstream->again, &(const struct timeval){.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000});
}

static void wait_failed(struct hub_upstream *upstream, const char *reason, int64_t retry_after_s)
{
    int64_t wait_ms = backoff_wait_ms(&wait_backoff, ++upstream->failures, random_number());
    if (upstream->failures == 1) {
        log_warn("the hub above cannot be waited at", log_text("reason", reason));
    }
    wait_again(upstream, clock_later(wait_ms, retry_after_s * 1000));
}

static bool wait_take(void *context, const char *bytes, size_t len)
{
    struct hub_upstream *upstream = context;
    if (upstream->text.len + len > ORDER_TEXT_MAX) {
        return false;
    }
    buffer_add(&upstream->text, bytes, len);
    return true;
}

static void wait_done(void *context, const struct http_result *result)
{
    struct hub_upstream *upstream = context;
    struct err err = {0};
    int status = result->outcome == HTTP_ANSWERED && result->answer_ended ? result->status : 0;
    upstream->waiting = NULL;
    if (status != 200 && status != 204) {
        wait_failed(upstream, result->reason, result->retry_after_s);
    } else if (status == 200 && !take_order(upstream, &err)) {
        log_error("an order from above cannot be taken", log_text("reason", err.text));
        wait_failed(upstream, err.text, 0);
    } else {
        if (upstream->failures > 0) {
            log_info("the hub above is there again");
        }
        upstream->failures = 0;
        wait_again(upstream, 0);
    }
    buffer_clear_large(&upstream->text, 0);
}

/* Reads the pins each time: the certificate of the server above may have been replaced. */
static void wait_above(struct hub_upstream *upstream)
{
    struct buffer url = {0};
    struct err err = {0};
    const struct http_limits limits = {.connect_ms = WAIT_CONNECT_MS, .total_ms = WAIT_TOTAL_MS};
    const struct relay_config *config = upstream->hub->config;
    buffer_clear(&upstream->pins);
    buffer_add(&url, upstream->url_wait.at, upstream->url_wait.len);
    const uint64_t after = order_files_above(orders_files(upstream->hub->orders));
    buffer_add_format(&url, "%020" PRIu64 "&told=%020" PRIu64, after, upstream_run_told(&upstream->runs, after));
    if (peer_upstream_pins(config, &upstream->pins, &err)) {
        upstream->way.pins = buffer_cstr(&upstream->pins);
        const struct http_request request = {.method = HTTP_GET,
                                             .url = buffer_cstr(&url),
                                             .pins = upstream->way.pins,
                                             .write = wait_take,
                                             .done = wait_done,
                                             .context = upstream,
                                             .limits = &limits};
        upstream->waiting = http_client_start(upstream->above.client, &request, &err);
    }
    buffer_free(&url);
    if (upstream->waiting == NULL) {
        wait_failed(upstream, err.text, 0);
    }
    curl_loop_started(&upstream->above);
}

/* ---- */

static bool make_urls(struct hub_upstream *upstream, struct err *err)
{
    const struct relay_config *config = upstream->hub->config;
    const char *me = config->general.node_id;
    struct buffer server = {0};
    bool made = http_url_server(&server, slice_from_str(config->upstream.host), config->hub.upstream_port, err);
    if (made) {
        buffer_add_format(&upstream->url_wait,
                          "%s/rudder/relay-api/1/wait/%s" HUB_BELOW "?after=", buffer_cstr(&server), me);
        buffer_add_format(&upstream->url_output, "%s/rudder/relay-api/1/output/%s" HUB_BELOW "/", buffer_cstr(&server),
                          me);
    }
    buffer_free(&server);
    return made;
}

static bool open_clients(struct hub_upstream *upstream, struct err *err)
{
    struct event_base *base = upstream->hub->base;
    const struct http_client_settings local = {.plain = true, .proxy = "none", .idle_timeout_ms = 1000};
    struct http_client *client = peer_client(upstream->hub->config, err);
    if (client == NULL) {
        return false;
    }
    curl_loop_open(&upstream->above, base, client);
    client = http_client_new(&local, err);
    if (client == NULL) {
        return false;
    }
    curl_loop_open(&upstream->local, base, client);
    return true;
}

struct hub_upstream *hub_upstream_start(struct hub *hub, struct err *err)
{
    struct hub_upstream *upstream = xcalloc(1, sizeof *upstream);
    upstream->hub = hub;
    LIST_INIT(&upstream->runs);
    LIST_INIT(&upstream->absent);
    event_assign(&upstream->again, hub->base, -1, 0, on_again, upstream);
    if (!open_clients(upstream, err) || !make_urls(upstream, err)) {
        hub_upstream_stop(upstream);
        return NULL;
    }
    upstream->way = (struct upstream_way){
        .base = hub->base, .loop = &upstream->above, .url_output = buffer_cstr(&upstream->url_output), .pins = ""};
    orders_walk(hub->orders, watch_again, upstream);
    wait_above(upstream);
    return upstream;
}

static void cancel_watch_above(void *context, struct order *order)
{
    (void)context;
    if (order->above > 0 && order->watch != NULL) {
        run_watch_cancel(order->watch);
    }
}

void hub_upstream_stop(struct hub_upstream *upstream)
{
    if (upstream == NULL) {
        return;
    }
    orders_walk(upstream->hub->orders, cancel_watch_above, NULL);
    event_del(&upstream->again);
    absent_run_free_all(&upstream->absent);
    upstream_run_free_all(&upstream->runs);
    curl_loop_close(&upstream->local);
    curl_loop_close(&upstream->above);
    buffer_free(&upstream->text);
    buffer_free(&upstream->url_wait);
    buffer_free(&upstream->url_output);
    buffer_free(&upstream->pins);
    free(upstream);
}
