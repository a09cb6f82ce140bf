/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub_wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "relay/relay_metrics.h"
#include "util/buffer.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/random.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "hub_wait"

enum { WELCOME_BACK_MS = 5 * 1000, FULL_RETRY_S = 60, VANISHED_NAMED = 10 };

/* ---- the end of waiting ---- */

static struct http_conn *end_session(struct wait_session *session)
{
    struct wait_node *node = session->node;
    struct http_conn *conn = node->conn;
    node->conn = NULL;
    node->session = NULL;
    node->seen_ms = clock_ms();
    session->hub->waiting--;
    free(session);
    return conn;
}

static void wait_is_due(void *context)
{
    http_conn_answer(end_session(context), 204, "", (struct slice){0});
}

static void wait_is_gone(void *context)
{
    end_session(context);
}

static void answer_order(struct http_conn *conn, struct order_target *target)
{
    struct buffer text = {0};
    orders_give(target, &text);
    http_conn_answer(conn, 200, "Content-Type: text/plain; charset=utf-8\r\n", buffer_slice(&text));
    buffer_free(&text);
}

void hub_wait_offer(struct hub *hub, struct wait_node *node)
{
    struct order_target *target = node->conn != NULL ? orders_next(hub->orders, node, node->after) : NULL;
    if (target != NULL) {
        answer_order(end_session(node->session), target);
    }
}

/* ---- its beginning ---- */

/* "Retry-After", so that those who were refused come one after the other. */
static void refuse_for_now(struct hub *hub, struct http_conn *conn, uint32_t most_s)
{
    char header[64];
    snprintf(header, sizeof header, "Retry-After: %u\r\n", 1 + random_number() % most_s);
    relay_metrics_hub_turned_away(hub->state);
    http_conn_refuse(conn, 503, header, "too many come at a time: come back later");
}

static bool may_wait(struct hub *hub, struct http_conn *conn, const struct wait_node *node, int64_t now_ms)
{
    const struct relay_config_hub *limits = &hub->config->hub;
    if (node->conn == NULL && hub->waiting >= (size_t)limits->max_waiting) {
        refuse_for_now(hub, conn, FULL_RETRY_S);
        return false;
    }
    if ((node->seen_ms > 0 && now_ms - node->seen_ms < WELCOME_BACK_MS) || token_bucket_take(&hub->admission, now_ms)) {
        return true;
    }
    refuse_for_now(hub, conn, 2 + (uint32_t)(++hub->refused / (size_t)limits->admission_rate));
    return false;
}

static void begin_session(struct hub *hub, struct http_conn *conn, struct wait_node *node)
{
    struct wait_session *session = xcalloc(1, sizeof *session);
    *session = (struct wait_session){hub, node, {wait_is_due, wait_is_gone, session}};
    node->conn = conn;
    node->session = session;
    hub->waiting++;
    http_conn_hold(conn, &session->hold, WAIT_LOW_MS + random_number() % (WAIT_HIGH_MS - WAIT_LOW_MS));
}

static void note_coming(struct wait_node *node, const struct hub_path *path, int64_t now_ms)
{
    if (node->vanished) {
        log_info("a node is back", log_text("node", node->key), log_number("seconds", (now_ms - node->seen_ms) / 1000));
    }
    node->vanished = false;
    node->seen_ms = now_ms;
    node->given_ms = 0;
    node->after = path->ticket;
    node->told = path->below ? path->told : 0;
}

void hub_wait(struct hub *hub, struct http_conn *conn, const struct hub_path *path)
{
    struct wait_node *node = wait_table_get(hub->table, slice_from_str(path->key));
    const int64_t now_ms = clock_ms();
    if (!may_wait(hub, conn, node, now_ms)) {
        return;
    }
    if (node->session != NULL) {
        wait_is_due(node->session);
    }
    note_coming(node, path, now_ms);
    struct order_target *target = orders_next(hub->orders, node, node->after);
    if (target != NULL) {
        answer_order(conn, target);
    } else {
        begin_session(hub, conn, node);
    }
}

/* ---- who is gone ---- */

struct look {
    const struct hub *hub;
    int64_t now_ms;
    int64_t oldest_ms;
    size_t vanished;
};

static void look_at_silent(void *context, struct wait_node *node)
{
    struct look *look = context;
    if (node->seen_ms == 0 || node->conn != NULL || wait_node_runs(node, look->now_ms)) {
        return;
    }
    look->oldest_ms = look->oldest_ms == 0 ? node->seen_ms : clock_earlier(look->oldest_ms, node->seen_ms);
    int64_t silent_ms = look->now_ms - node->seen_ms;
    if (!node->vanished && silent_ms >= look->hub->config->hub.vanished_after * 1000) {
        node->vanished = true;
        if (++look->vanished <= VANISHED_NAMED) {
            log_warn("a node has vanished", log_text("node", node->key), log_number("seconds", silent_ms / 1000));
        }
    }
}

void hub_wait_look(struct hub *hub)
{
    struct look look = {.hub = hub, .now_ms = clock_ms()};
    wait_table_walk(hub->table, look_at_silent, &look);
    if (look.vanished > VANISHED_NAMED) {
        log_warn("more nodes have vanished", log_number("nodes", (int64_t)(look.vanished - VANISHED_NAMED)));
    }
    const int64_t silent_since = look.oldest_ms > 0 ? time(NULL) - (look.now_ms - look.oldest_ms) / 1000 : 0;
    relay_metrics_hub_vanished(hub->state, look.vanished);
    relay_metrics_set_hub(hub->state, &(struct relay_hub_stats){.waiting = hub->waiting,
                                                                .silent_since = silent_since,
                                                                .orders = orders_count(hub->orders),
                                                                .checked = time(NULL)});
}
