/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub.h"

#include <event2/event_struct.h>
#include <signal.h>
#include <stdlib.h>

#include "hub_listen.h"
#include "hub_private.h"
#include "hub_upstream.h"
#include "relay/daemon.h"
#include "relay/relay_metrics.h"
#include "run_watch.h"
#include "util/log.h"
#include "util/sd_notify.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "hub"

enum { LOOK_EVERY = 5 /* ticks, of a second */, SWEEP_EVERY = 60 };

/* The part of the hub that only this file uses. */
struct hub_process {
    struct hub hub;
    struct event tick;
    struct event signals[3];
    unsigned ticks;
    uint64_t generation;
    bool index_missing; /* the log says so */
};

/* ---- requests ---- */

static int64_t refuse_unknown(struct http_conn *conn)
{
    http_conn_refuse(conn, 404, "", "NOT FOUND");
    return -1;
}

/* May a client of this listener use the path? */
static bool is_served(const struct http_head *head, enum hub_path_kind kind, enum http_conn_from from)
{
    bool local = from == HTTP_CONN_LOCAL;
    switch (kind) {
    case HUB_PATH_WAIT:
        return !local && head->method == HTTP_HEAD_GET;
    case HUB_PATH_OUTPUT:
        return !local && head->method == HTTP_HEAD_PUT;
    case HUB_PATH_ORDERS:
        return local && head->method == HTTP_HEAD_POST && head->one_one;
    case HUB_PATH_STATUS:
        return local && head->method == HTTP_HEAD_GET;
    case HUB_PATH_NONE:
        break;
    }
    return false;
}

static int64_t hub_begin_request(void *context, struct http_conn *conn, const struct http_head *head)
{
    struct hub *hub = context;
    struct hub_path path;
    struct err err = {0};
    enum http_conn_from from = http_conn_from(conn);
    bool parsed = hub_path_parse(&path, head->path, head->query, &err);
    if (path.kind == HUB_PATH_NONE || !is_served(head, path.kind, from)) {
        return refuse_unknown(conn);
    }
    if (!parsed) {
        http_conn_refuse(conn, 400, "", err.text);
        return -1;
    }
    if (from == HTTP_CONN_LOCAL) {
        http_conn_known(conn, NULL);
        return path.kind == HUB_PATH_ORDERS ? HUB_FORM_MAX : 0;
    }
    if (!hub_client_is_node(hub, conn, head, &path)) {
        return -1;
    }
    return path.kind == HUB_PATH_OUTPUT ? HUB_PIECE_MAX : 0;
}

static void serve_request(void *context, struct http_conn *conn, const struct http_head *head, struct slice body)
{
    struct hub *hub = context;
    struct hub_path path;
    hub_path_parse(&path, head->path, head->query, NULL);
    switch (path.kind) {
    case HUB_PATH_WAIT:
        hub_wait(hub, conn, &path);
        break;
    case HUB_PATH_OUTPUT:
        hub_output(hub, conn, &path, body);
        break;
    case HUB_PATH_ORDERS:
        hub_orders(hub, conn, body);
        break;
    case HUB_PATH_STATUS:
        hub_status(hub, conn);
        break;
    case HUB_PATH_NONE:
        http_conn_refuse(conn, 404, "", "NOT FOUND");
    }
}

static const struct http_conn_handler hub_handler = {hub_begin_request, serve_request};

/* ---- each second ---- */

static void look_at_index(struct hub_process *process)
{
    struct hub *hub = &process->hub;
    struct err err = {0};
    if (hub->index == NULL) {
        hub->index = node_index_open(hub->config->general.node_index_file, &err);
        if (hub->index == NULL && !process->index_missing) {
            log_warn("there is no node index yet: nobody can wait", log_text("reason", err.text));
        }
        process->index_missing = hub->index == NULL;
    } else {
        daemon_refresh_index(hub->index);
    }
}

static void look_at_state(struct hub_process *process)
{
    relay_state_refresh(process->hub.state);
    uint64_t generation = relay_state_generation(process->hub.state);
    if (generation != process->generation) {
        process->generation = generation;
        daemon_reload_logging(process->hub.config);
    }
}

static void check_watch(void *context, struct order *order)
{
    (void)context;
    if (order->watch != NULL) {
        run_watch_check(order->watch);
    }
}

static bool is_listed(void *context, const char *node_id)
{
    const struct hub *hub = context;
    return hub->index == NULL || node_index_find(hub->index, node_id, NULL);
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
    struct hub_process *process = context;
    struct hub *hub = &process->hub;
    const size_t rate = (size_t)hub->config->hub.admission_rate;
    (void)fd;
    (void)what;
    process->ticks++;
    hub->refused = hub->refused > rate ? hub->refused - rate : 0;
    look_at_index(process);
    orders_expire(hub->orders);
    orders_walk(hub->orders, check_watch, NULL);
    if (process->ticks % LOOK_EVERY == 0) {
        look_at_state(process);
        hub_wait_look(hub);
    }
    if (process->ticks % SWEEP_EVERY == 0) {
        wait_table_sweep(hub->table, is_listed, hub);
    }
}

/* ---- signals ---- */

static void on_stop_signal(evutil_socket_t number, short what, void *context)
{
    struct hub_process *process = context;
    (void)what;
    log_info("stopping", log_number("signal", number));
    event_base_loopbreak(process->hub.base);
}

static void on_hangup(evutil_socket_t number, short what, void *context)
{
    struct hub_process *process = context;
    struct err err;
    (void)number;
    (void)what;
    log_info("reloading");
    daemon_reload_logging(process->hub.config);
    look_at_index(process);
    if (!hub_listen_reload(process->hub.listeners, process->hub.config, &err)) {
        log_error("certificate not reloaded; the old one stays", log_text("reason", err.text));
    }
}

static void add_signal(struct hub_process *process, size_t i, int number, event_callback_fn callback)
{
    event_assign(&process->signals[i], process->hub.base, number, EV_SIGNAL | EV_PERSIST, callback, process);
    event_add(&process->signals[i], NULL);
}

/* ---- from start to stop ---- */

static void warn_of_few_files(const struct hub *hub)
{
    long files = hub_listen_raise_files();
    if (files >= 0 && files < (long)hub->config->hub.max_waiting + RELAY_CONFIG_HUB_OTHER_FILES) {
        log_warn("fewer nodes can wait than hub.max_waiting says: the process may open too few files (LimitNOFILE)",
                 log_number("files", files), log_number("max_waiting", hub->config->hub.max_waiting));
    }
}

static bool open_parts(struct hub *hub, struct err *err)
{
    hub->base = event_base_new();
    if (hub->base == NULL) {
        return err_set(err, "libevent gives no event loop");
    }
    hub->conns = http_conn_set_new(hub->base, &hub_handler, hub);
    hub->table = wait_table_new();
    hub->orders = orders_open(hub->config, hub->table, hub->state, err);
    hub->listeners = hub->orders != NULL ? hub_listen(hub->base, hub->conns, hub->config, err) : NULL;
    if (hub->listeners == NULL) {
        return false;
    }
    return !hub_upstream_wanted(hub->config) || (hub->upstream = hub_upstream_start(hub, err)) != NULL;
}

struct hub *hub_start(const struct relay_config *config, struct err *err)
{
    struct hub_process *process = xcalloc(1, sizeof *process);
    struct hub *hub = &process->hub;
    signal(SIGPIPE, SIG_IGN); /* a connection that breaks is an error of that connection */
    hub->config = config;
    hub->state = relay_state_open(config->general.state_file, relay_metrics_fingerprint());
    hub->admission.rate = config->hub.admission_rate;
    process->generation = relay_state_generation(hub->state);
    warn_of_few_files(hub);
    if (!open_parts(hub, err)) {
        hub_stop(hub);
        return NULL;
    }
    look_at_index(process);
    add_signal(process, 0, SIGTERM, on_stop_signal);
    add_signal(process, 1, SIGINT, on_stop_signal);
    add_signal(process, 2, SIGHUP, on_hangup);
    event_assign(&process->tick, hub->base, -1, EV_PERSIST, on_tick, process);
    event_add(&process->tick, &(const struct timeval){.tv_sec = 1});
    log_info("started", log_number("port", config->hub.port), log_text("orders", config->hub.orders_directory),
             log_text("above", hub_upstream_wanted(config) ? config->upstream.host : "none"));
    sd_notify_send("READY=1");
    return hub;
}

void hub_run(struct hub *hub)
{
    event_base_dispatch(hub->base);
    sd_notify_send("STOPPING=1");
}

/* The connections end first: what holds them is in the other parts. */
void hub_stop(struct hub *hub)
{
    struct hub_process *process = (struct hub_process *)hub;
    hub_listen_close(hub->listeners);
    http_conn_set_free(hub->conns);
    hub_upstream_stop(hub->upstream);
    if (hub->base != NULL) {
        event_base_loop(hub->base, EVLOOP_NONBLOCK); /* watches end themselves */
    }
    orders_close(hub->orders);
    wait_table_free(hub->table);
    node_index_close(hub->index);
    for (size_t i = 0; i < sizeof process->signals / sizeof *process->signals; i++) {
        if (event_initialized(&process->signals[i])) {
            event_del(&process->signals[i]);
        }
    }
    if (event_initialized(&process->tick)) {
        event_del(&process->tick);
    }
    if (hub->base != NULL) {
        event_base_free(hub->base);
    }
    relay_state_close(hub->state);
    free(process);
}
