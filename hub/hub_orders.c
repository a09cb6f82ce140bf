/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_orders: an order of a program of ours, by remote-run's form (relay/remote_run_request.h) with `all=true` beside
 * `nodes`. The first line of the answer says who gets it, "waiting = id,id,relay/below"; for the others it is up to the
 * program. The order is on the disk by then. What follows is the output (run_watch.h), unless nobody wants to wait.
 */
#include <stdlib.h>

#include "hub_private.h"
#include "relay/remote_run_request.h"
#include "run_watch.h"
#include "util/buffer.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "hub_orders"

/* The program that waits for the runs. */
struct local_sink {
    struct http_conn *conn;
    struct run_watch *watch;
    struct http_conn_hold hold;
};

static void local_write(void *context, struct slice lines)
{
    const struct local_sink *sink = context;
    http_conn_send(sink->conn, lines);
}

static void local_end(void *context, int status)
{
    struct local_sink *sink = context;
    (void)status;
    http_conn_stream_end(sink->conn);
    free(sink);
}

static size_t local_pending(void *context)
{
    const struct local_sink *sink = context;
    return http_conn_pending(sink->conn);
}

static void local_due(void *context)
{
    (void)context;
}

static void local_gone(void *context)
{
    struct local_sink *sink = context;
    log_info("nobody waits for the runs any more; they go on");
    run_watch_cancel(sink->watch);
    free(sink);
}

static void watch_for_local(struct hub *hub, struct http_conn *conn, struct order *order, struct slice first_line)
{
    struct local_sink *sink = xcalloc(1, sizeof *sink);
    sink->conn = conn;
    sink->hold = (struct http_conn_hold){local_due, local_gone, sink};
    http_conn_stream(conn, &sink->hold);
    http_conn_send(conn, first_line);
    sink->watch = run_watch_new(hub->base, order, hub->config,
                                &(struct run_watch_sink){local_write, local_end, local_pending, sink});
}

static void list_targets(const struct hub_targets *targets, struct buffer *line)
{
    buffer_add_text(line, "waiting = ");
    for (size_t i = 0; i < targets->count; i++) {
        buffer_add_text(line, i > 0 ? "," : "");
        buffer_add(line, targets->at[i].key.at, targets->at[i].key.len);
    }
    buffer_add_text(line, "\n");
}

static void offer_to_all(struct hub *hub, const struct hub_targets *targets)
{
    for (size_t i = 0; i < targets->count; i++) {
        hub_wait_offer(hub, wait_table_get(hub->table, targets->at[i].key));
    }
}

static void answer_with(struct hub *hub, struct http_conn *conn, const struct remote_run_request *form,
                        const struct hub_targets *targets)
{
    struct err err = {0};
    struct buffer line = {0};
    struct order_text text = {.conditions = slice_from_str(form->conditions),
                              .output = form->keep_output,
                              .targets = targets->at,
                              .target_count = targets->count};
    struct order *order = targets->count > 0 ? orders_add(hub->orders, &text, &err) : NULL;
    list_targets(targets, &line);
    if (targets->count > 0 && order == NULL) {
        log_error("an order cannot be taken", log_text("reason", err.text));
        http_conn_refuse(conn, 503, "", err.text);
    } else if (order == NULL || (form->asynchronous && !form->keep_output)) {
        http_conn_answer(conn, 200, "Content-Type: text/plain; charset=utf-8\r\n", buffer_slice(&line));
    } else {
        watch_for_local(hub, conn, order, buffer_slice(&line));
    }
    if (order != NULL) {
        offer_to_all(hub, targets);
    }
    buffer_free(&line);
}

void hub_orders(struct hub *hub, struct http_conn *conn, struct slice body)
{
    struct remote_run_request form = {0};
    struct hub_targets targets = {0};
    struct err err = {0};
    bool parsed = remote_run_request_parse(&form, body, &err);
    const char *all = parsed ? url_form_get(&form.form, "all") : NULL;
    if (parsed && all != NULL && slice_eq_str(slice_from_str(all), "true")) {
        hub_targets_all(hub, &targets, false);
    } else if (parsed && remote_run_request_nodes(&form, NULL, &err)) {
        hub_targets_of(hub, &targets, form.nodes, form.node_count);
    } else {
        parsed = false;
    }
    if (parsed) {
        answer_with(hub, conn, &form, &targets);
    } else {
        http_conn_refuse(conn, 400, "", err.text);
    }
    hub_targets_free(&targets);
    remote_run_request_free(&form);
}
