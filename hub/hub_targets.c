/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub_private.h"
#include "util/buffer.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "hub_targets"

struct hub_relay_nodes {
    const struct wait_node *relay; /* its entry with HUB_BELOW */
    struct buffer nodes;
};

static void add_text_target(struct hub_targets *targets, struct slice key, struct slice nodes)
{
    targets->at = xgrow(targets->at, targets->count, &targets->room, sizeof *targets->at);
    targets->at[targets->count++] = (struct order_text_target){key, nodes};
}

static void add_below(struct hub_targets *targets, const struct wait_node *relay, struct slice id)
{
    size_t i = 0;
    while (i < targets->relay_count && targets->relays[i].relay != relay) {
        i++;
    }
    if (i == targets->relay_count) {
        targets->relays = xgrow(targets->relays, i, &targets->relay_room, sizeof *targets->relays);
        targets->relays[targets->relay_count++] = (struct hub_relay_nodes){.relay = relay};
    }
    buffer_add_text(&targets->relays[i].nodes, targets->relays[i].nodes.len > 0 ? "," : "");
    buffer_add(&targets->relays[i].nodes, id.at, id.len);
}

static void add_absent(struct hub_targets *targets, struct slice id)
{
    targets->absent = xgrow(targets->absent, targets->absent_count, &targets->absent_room, sizeof *targets->absent);
    targets->absent[targets->absent_count++] = id;
}

/* The entry of what is reached directly; NULL when nothing of that name is there. */
static const struct wait_node *entry_there(struct hub *hub, struct slice id, const char *suffix)
{
    char key[HUB_KEY_SIZE];
    snprintf(key, sizeof key, "%.*s%s", (int)id.len, id.at, suffix);
    const struct wait_node *node = wait_table_find(hub->table, key);
    return node != NULL && wait_node_is_there(node, clock_ms()) ? node : NULL;
}

static void hub_targets_add(struct hub *hub, struct hub_targets *targets, struct slice id)
{
    char text[NODE_ID_SIZE];
    struct slice hop;
    if (!node_id_valid(id.at, id.len)) {
        return;
    }
    memcpy(text, id.at, id.len);
    text[id.len] = '\0';
    if (hub->index == NULL || !node_index_next_hop(hub->index, hub->config->general.node_id, text, &hop)) {
        add_absent(targets, id);
        return;
    }
    bool direct = slice_eq(hop, id);
    const struct wait_node *node = entry_there(hub, hop, direct ? "" : HUB_BELOW);
    if (node == NULL) {
        add_absent(targets, id);
    } else if (direct) {
        add_text_target(targets, slice_from_str(node->key), (struct slice){0});
    } else {
        add_below(targets, node, id);
    }
}

void hub_targets_of(struct hub *hub, struct hub_targets *targets, const struct slice *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        hub_targets_add(hub, targets, ids[i]);
    }
    for (size_t i = 0; i < targets->relay_count; i++) {
        add_text_target(targets, slice_from_str(targets->relays[i].relay->key),
                        buffer_slice(&targets->relays[i].nodes));
    }
}

struct everybody {
    struct hub *hub;
    struct hub_targets *targets;
    int64_t now_ms;
};

static void add_if_there(void *context, struct wait_node *node)
{
    const struct everybody *everybody = context;
    const struct hub *hub = everybody->hub;
    struct node_index_entry entry;
    struct slice id = slice_from_str(node->key);
    char text[NODE_ID_SIZE];
    bool below = slice_take_end(&id, HUB_BELOW);
    memcpy(text, id.at, id.len);
    text[id.len] = '\0';
    if (wait_node_is_there(node, everybody->now_ms) && node_index_find(hub->index, text, &entry) &&
        slice_eq_str(entry.policy_server, hub->config->general.node_id)) {
        add_text_target(everybody->targets, slice_from_str(node->key), slice_from_str(below ? "all" : ""));
    }
}

/* Of a node in the index. */
static bool add_if_absent(void *context, struct slice id, const struct node_index_entry *entry)
{
    const struct everybody *everybody = context;
    char text[NODE_ID_SIZE];
    struct slice hop;
    (void)entry;
    memcpy(text, id.at, id.len);
    text[id.len] = '\0';
    if (node_index_next_hop(everybody->hub->index, everybody->hub->config->general.node_id, text, &hop) &&
        entry_there(everybody->hub, hop, slice_eq(hop, id) ? "" : HUB_BELOW) == NULL) {
        add_absent(everybody->targets, id);
    }
    return true;
}

void hub_targets_all(struct hub *hub, struct hub_targets *targets, bool want_absent)
{
    struct everybody everybody = {hub, targets, clock_ms()};
    struct err err;
    if (hub->index == NULL) {
        return;
    }
    wait_table_walk(hub->table, add_if_there, &everybody);
    if (want_absent && !node_index_walk(hub->index, add_if_absent, &everybody, &err)) {
        log_error("the node index cannot be read", log_text("reason", err.text));
    }
}

void hub_targets_free(struct hub_targets *targets)
{
    for (size_t i = 0; i < targets->relay_count; i++) {
        buffer_free(&targets->relays[i].nodes);
    }
    free(targets->at);
    free(targets->relays);
    free(targets->absent);
    *targets = (struct hub_targets){0};
}
