/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "orders.h"

#include <stdlib.h>

#include "hub_path.h"
#include "order_clock.h"
#include "relay/relay_metrics.h"
#include "run_watch.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "orders"

enum { EXPIRED_NAMED = 10 };

TAILQ_HEAD(order_list, order);

struct orders {
    const struct relay_config *config;
    struct wait_table *table;
    struct relay_state *state;
    struct order_files *files;
    struct order_list list; /* tickets ascending */
    size_t count;
};

size_t orders_count(const struct orders *orders)
{
    return orders->count;
}

struct order_files *orders_files(const struct orders *orders)
{
    return orders->files;
}

/* ---- making and freeing ---- */

static void link_target(struct orders *orders, struct order *order, struct order_target *target,
                        const struct order_text_target *text)
{
    target->order = order;
    target->node = wait_table_get(orders->table, text->key);
    target->nodes = text->nodes.len > 0 ? xstrndup(text->nodes.at, text->nodes.len) : NULL;
    TAILQ_INSERT_TAIL(&target->node->targets, target, link);
}

static struct order *order_new(struct orders *orders, const struct order_text *text, int64_t expires_ms)
{
    struct order *order = xcalloc(1, sizeof *order + text->target_count * sizeof *order->targets);
    order->orders = orders;
    order->ticket = text->ticket;
    order->above = text->above;
    order->conditions = xstrndup(text->conditions.len > 0 ? text->conditions.at : "", text->conditions.len);
    order->output = text->output;
    order->stored = true;
    order->expires_ms = expires_ms;
    order->given_ms = clock_ms();
    order->count = text->target_count;
    for (size_t i = 0; i < order->count; i++) {
        link_target(orders, order, &order->targets[i], &text->targets[i]);
    }
    TAILQ_INSERT_TAIL(&orders->list, order, link);
    orders->count++;
    return order;
}

static void order_free(struct order *order)
{
    TAILQ_REMOVE(&order->orders->list, order, link);
    order->orders->count--;
    for (size_t i = 0; i < order->count; i++) {
        struct order_target *target = &order->targets[i];
        TAILQ_REMOVE(&target->node->targets, target, link);
        line_merge_free(&target->merge);
        free(target->nodes);
    }
    free(order->conditions);
    free(order);
}

/* ---- on disk ---- */

static void take_up_order(void *context, uint64_t ticket, struct slice file)
{
    struct orders *orders = context;
    struct order_clock clock;
    struct order_text text;
    struct err err = {0};
    char name[TICKET_SIZE];
    if (!order_text_parse(&text, file, &err)) {
        log_error("an order is left out", log_text("ticket", hub_path_ticket_text(name, ticket)),
                  log_text("reason", err.text));
    } else if (text.ticket == ticket) {
        order_clock_read(&clock);
        order_new(orders, &text, order_clock_expires(&clock, &text))->taken_up = true;
    }
    order_text_free(&text);
}

struct orders *orders_open(const struct relay_config *config, struct wait_table *table, struct relay_state *state,
                           struct err *err)
{
    struct orders *orders = xcalloc(1, sizeof *orders);
    orders->config = config;
    orders->table = table;
    orders->state = state;
    TAILQ_INIT(&orders->list);
    orders->files = order_files_open(config->hub.orders_directory, err);
    if (orders->files == NULL || !order_files_read(orders->files, take_up_order, orders, err)) {
        orders_close(orders);
        return NULL;
    }
    if (orders->count > 0) {
        log_info("orders taken up", log_number("orders", (int64_t)orders->count));
    }
    return orders;
}

void orders_close(struct orders *orders)
{
    if (orders != NULL) {
        while (!TAILQ_EMPTY(&orders->list)) {
            order_free(TAILQ_FIRST(&orders->list));
        }
        order_files_close(orders->files);
        free(orders);
    }
}

static bool store_order(struct orders *orders, struct order_text *text, int64_t *expires_ms, struct err *err)
{
    struct order_clock clock;
    struct buffer file = {0};
    if (!order_files_ticket(orders->files, &text->ticket, err)) {
        return false;
    }
    order_clock_read(&clock);
    text->seconds = text->seconds > 0 ? text->seconds : orders->config->hub.order_lifetime;
    *expires_ms = clock.now_ms + text->seconds * 1000;
    text->boot = slice_from_str(clock.boot);
    text->expires_ms = *expires_ms;
    text->written = clock.wall;
    order_text_format(text, &file);
    bool stored = order_files_write(orders->files, text->ticket, buffer_slice(&file), err);
    buffer_free(&file);
    return stored;
}

struct order *orders_add(struct orders *orders, struct order_text *text, struct err *err)
{
    int64_t expires_ms;
    char ticket[TICKET_SIZE];
    if (orders->count >= (size_t)orders->config->hub.max_orders) {
        err_set(err, "there are too many orders (hub.max_orders)");
        return NULL;
    }
    if (!store_order(orders, text, &expires_ms, err)) {
        return NULL;
    }
    struct order *order = order_new(orders, text, expires_ms);
    relay_metrics_hub_orders(orders->state, RELAY_HUB_ORDER_TAKEN, order->count);
    log_info("order taken", log_text("ticket", hub_path_ticket_text(ticket, order->ticket)),
             log_number("targets", (int64_t)order->count), log_text("conditions", order->conditions),
             log_text("output", order->output ? "yes" : "no"));
    return order;
}

struct order *orders_find_above(const struct orders *orders, uint64_t above)
{
    struct order *order;
    TAILQ_FOREACH(order, &orders->list, link)
    {
        if (order->above == above) {
            return order;
        }
    }
    return NULL;
}

/* ---- the way of a target ---- */

static bool may_begin(const struct order_target *target)
{
    return target->state == TARGET_OPEN || target->state == TARGET_GIVEN;
}

/* Removes the file when no target can begin any more, and the order when nobody watches it, either. */
static void settle_order(struct order *order)
{
    bool open = false;
    for (size_t i = 0; i < order->count && !open; i++) {
        open = may_begin(&order->targets[i]);
    }
    if (!open && order->stored) {
        order_files_remove(order->orders->files, order->ticket);
        order->stored = false;
    }
    if (!open && order->watch == NULL) {
        order_free(order);
    }
}

void orders_begun(struct order_target *target)
{
    if (may_begin(target)) {
        target->state = TARGET_BEGUN;
        target->given_ms = target->given_ms > 0 ? target->given_ms : clock_ms(); /* by the hub before, if not */
        relay_metrics_hub_orders(target->order->orders->state, RELAY_HUB_ORDER_BEGUN, 1);
        settle_order(target->order);
    }
}

void orders_over(struct order_target *target)
{
    struct order *order = target->order;
    bool was_open = may_begin(target);
    target->state = TARGET_OVER;
    if (was_open) {
        relay_metrics_hub_orders(order->orders->state, RELAY_HUB_ORDER_BEGUN, 1);
    }
    settle_order(order);
}

void orders_unwatch(struct order *order)
{
    order->watch = NULL;
    settle_order(order);
}

/* The node says that it has begun this one. If its end was not told, it is not told any more: a node has one run at a
 * time, and it waits for the next one. A relay's hub waits for the next one while its nodes run, and says itself of
 * which orders it has nothing more to tell. */
static void acknowledge(struct order_target *target)
{
    struct order *order = target->order;
    bool relay = target->nodes != NULL;
    if (relay && order->ticket > target->node->told) {
        orders_begun(target);
        return;
    }
    if (order->watch != NULL) {
        run_watch_lost(order->watch, target,
                       relay ? "no more is heard of its runs, which go on: its hub was started anew, or has given up"
                             : "its run is over, and the end was not told");
    }
    orders_over(target);
}

struct order_target *orders_next(struct orders *orders, struct wait_node *node, uint64_t after)
{
    struct order_target *target = TAILQ_FIRST(&node->targets), *next;
    const int64_t now_ms = order_clock_ms();
    order_files_saw(orders->files, after);
    for (; target != NULL; target = next) {
        next = TAILQ_NEXT(target, link);
        if (target->order->ticket <= after) {
            acknowledge(target);
        } else if (may_begin(target) && target->order->expires_ms > now_ms) {
            return target;
        }
    }
    return NULL;
}

void orders_give(struct order_target *target, struct buffer *out)
{
    const struct order *order = target->order;
    int64_t left_ms = order->expires_ms - order_clock_ms();
    const struct order_text text = {
        .ticket = order->ticket,
        .conditions = slice_from_str(order->conditions),
        .output = order->output,
        .seconds = left_ms > 1000 ? left_ms / 1000 : 1,
        .nodes = slice_from_str(target->nodes != NULL ? target->nodes : ""),
    };
    target->state = TARGET_GIVEN;
    target->given_ms = clock_ms();
    target->node->given_ms = target->given_ms;
    order_text_format_answer(&text, out);
    relay_metrics_hub_orders(order->orders->state, RELAY_HUB_ORDER_GIVEN, 1);
}

struct order_target *orders_find(const struct wait_node *node, uint64_t ticket)
{
    struct order_target *target;
    TAILQ_FOREACH(target, &node->targets, link)
    {
        if (target->order->ticket == ticket) {
            return target;
        }
    }
    return NULL;
}

/* ---- the end of time ---- */

static void expire_one(struct order *order)
{
    char ticket[TICKET_SIZE];
    size_t expired = 0;
    for (size_t i = 0; i < order->count; i++) {
        struct order_target *target = &order->targets[i];
        if (target->state == TARGET_GIVEN) { /* it has not come back since: it runs */
            target->state = TARGET_BEGUN;
        } else if (target->state == TARGET_OPEN) {
            target->state = TARGET_OVER;
            if (++expired <= EXPIRED_NAMED) {
                log_warn("an order has expired", log_text("ticket", hub_path_ticket_text(ticket, order->ticket)),
                         log_text("node", target->node->key));
            }
            if (order->watch != NULL) {
                run_watch_lost(order->watch, target, "the order has expired");
            }
        }
    }
    if (expired > EXPIRED_NAMED) {
        log_warn("more of its nodes have not begun it", log_text("ticket", hub_path_ticket_text(ticket, order->ticket)),
                 log_number("nodes", (int64_t)(expired - EXPIRED_NAMED)));
    }
    relay_metrics_hub_orders(order->orders->state, RELAY_HUB_ORDER_EXPIRED, expired);
    settle_order(order);
}

void orders_expire(struct orders *orders)
{
    const int64_t now_ms = order_clock_ms();
    for (struct order *order = TAILQ_FIRST(&orders->list), *next; order != NULL; order = next) {
        next = TAILQ_NEXT(order, link);
        if (order->expires_ms <= now_ms && order->stored) {
            expire_one(order);
        }
    }
}

void orders_walk(struct orders *orders, orders_visit *visit, void *context)
{
    for (struct order *order = TAILQ_FIRST(&orders->list), *next; order != NULL; order = next) {
        next = TAILQ_NEXT(order, link);
        visit(context, order);
    }
}
