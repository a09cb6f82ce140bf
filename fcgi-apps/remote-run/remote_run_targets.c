/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/remote_run_targets.h"

#include <stdlib.h>
#include <string.h>

#include "relay/node_id.h"
#include "util/compare.h"
#include "util/http_url.h"
#include "util/xmalloc.h"

struct remote_run_hop {
    struct slice relay;
    struct slice node; /* empty: all nodes */
};

static void add_host(struct remote_run_targets *targets, struct slice id, struct slice hostname)
{
    if (http_url_is_host(hostname)) {
        targets->hosts = xgrow(targets->hosts, targets->host_count, &targets->host_room, sizeof *targets->hosts);
        targets->host_ids = xgrow(targets->host_ids, targets->host_count, &targets->id_room, sizeof *targets->host_ids);
        targets->host_ids[targets->host_count] = id;
        targets->hosts[targets->host_count++] = hostname;
    } else {
        targets->refused =
            xgrow(targets->refused, targets->refused_count, &targets->refused_room, sizeof *targets->refused);
        targets->refused[targets->refused_count++] = id;
    }
}

static void add_hop(struct remote_run_targets *targets, struct slice relay, struct slice node)
{
    targets->hops = xgrow(targets->hops, targets->hop_count, &targets->hop_room, sizeof *targets->hops);
    targets->hops[targets->hop_count++] = (struct remote_run_hop){relay, node};
}

/* ---- grouping ---- */

static int compare_hops(const void *a, const void *b)
{
    const struct remote_run_hop *left = a, *right = b;
    int order = slice_compare(left->relay, right->relay);
    return order != 0 ? order : slice_compare(left->node, right->node);
}

/* False for text that cannot be a node id. */
static bool id_text(char text[NODE_ID_SIZE], struct slice id)
{
    if (!node_id_valid(id.at, id.len)) {
        return false;
    }
    memcpy(text, id.at, id.len);
    text[id.len] = '\0';
    return true;
}

/* False for a node that is not a neighbour, or has no host name. */
static bool find_relay(struct remote_run_targets *targets, struct node_index *index, const char *me, struct slice id,
                       struct remote_run_relay *relay)
{
    char text[NODE_ID_SIZE];
    struct node_index_entry entry;
    if (!id_text(text, id) || !node_index_find(index, text, &entry) || !slice_eq_str(entry.policy_server, me)) {
        return false;
    }
    if (!http_url_is_host(entry.hostname)) {
        add_host(targets, id, entry.hostname);
        return false;
    }
    *relay = (struct remote_run_relay){.id = id, .hostname = entry.hostname};
    return true;
}

static bool has_refused(const struct remote_run_targets *targets, struct slice id)
{
    for (size_t i = 0; i < targets->refused_count; i++) {
        if (slice_eq(targets->refused[i], id)) {
            return true;
        }
    }
    return false;
}

/* Of a node below a relay or, without one, of any node whose policy server that is. */
static void note_levels(struct remote_run_targets *targets, struct node_index *index, const char *me,
                        const struct remote_run_hop *hop)
{
    char text[NODE_ID_SIZE];
    bool all = hop->node.len == 0;
    int levels = id_text(text, all ? hop->relay : hop->node) ? node_index_levels(index, me, text) - (all ? 0 : 1) : 0;
    targets->relay_levels = levels > targets->relay_levels ? levels : targets->relay_levels;
}

/* Makes one relay of each sequence of hops with the same relay. all: without their nodes. */
static void group(struct remote_run_targets *targets, struct node_index *index, const char *me, bool all)
{
    const struct remote_run_hop *hops = targets->hops;
    size_t count = targets->hop_count;
    if (count == 0) {
        return;
    }
    qsort(targets->hops, count, sizeof *hops, compare_hops);
    targets->nodes = xcalloc(count, sizeof *targets->nodes);
    targets->relays = xcalloc(count, sizeof *targets->relays);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first; end < count && slice_eq(hops[end].relay, hops[first].relay); end++) {
            targets->nodes[end] = hops[end].node;
            if (!all || end == first) {
                note_levels(targets, index, me, &hops[end]);
            }
        }
        struct remote_run_relay relay;
        if (!has_refused(targets, hops[first].relay) && find_relay(targets, index, me, hops[first].relay, &relay)) {
            relay.nodes = all ? NULL : targets->nodes + first;
            relay.node_count = all ? 0 : end - first;
            targets->relays[targets->relay_count++] = relay;
        }
    }
}

/* ---- the two ways to name them ---- */

static void add_target(struct remote_run_targets *targets, struct node_index *index, const char *me, struct slice id)
{
    char text[NODE_ID_SIZE];
    struct slice hop;
    struct node_index_entry entry;
    if (!id_text(text, id) || !node_index_next_hop(index, me, text, &hop)) {
        targets->first_unknown = targets->unknown == 0 ? id : targets->first_unknown;
        targets->unknown++;
    } else if (!slice_eq(hop, id)) {
        add_hop(targets, hop, id);
    } else if (node_index_find(index, text, &entry)) {
        add_host(targets, id, entry.hostname);
    }
}

void remote_run_targets_of(struct remote_run_targets *targets, struct node_index *index, const char *me,
                           const struct slice *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add_target(targets, index, me, ids[i]);
    }
    group(targets, index, me, false);
}

struct walk {
    struct remote_run_targets *targets;
    const char *me;
};

/* Neighbours are run, and any other policy server may be a sub-relay: group() knows. */
static bool see_node(void *context, struct slice node_id, const struct node_index_entry *entry)
{
    const struct walk *walk = context;
    struct remote_run_targets *targets = walk->targets;
    if (slice_eq_str(entry->policy_server, walk->me)) {
        add_host(targets, node_id, entry->hostname);
    } else if (targets->hop_count == 0 ||
               !slice_eq(targets->hops[targets->hop_count - 1].relay, entry->policy_server)) {
        add_hop(targets, entry->policy_server, (struct slice){0});
    }
    return true;
}

bool remote_run_targets_all(struct remote_run_targets *targets, struct node_index *index, const char *me,
                            struct err *err)
{
    struct walk walk = {targets, me};
    if (!node_index_walk(index, see_node, &walk, err)) {
        return false;
    }
    group(targets, index, me, true);
    return true;
}

/* ---- taking out ---- */

struct told {
    struct slice *ids; /* ascending */
    size_t count;
};

static bool is_told(const struct told *told, struct slice id)
{
    return told->count > 0 && bsearch(&id, told->ids, told->count, sizeof id, compare_slices) != NULL;
}

static struct told split_told(struct slice list)
{
    struct told told = {0};
    size_t room = 0;
    while (list.len > 0) {
        told.ids = xgrow(told.ids, told.count, &room, sizeof *told.ids);
        told.ids[told.count++] = slice_take_until(&list, ',');
    }
    if (told.count > 0) {
        qsort(told.ids, told.count, sizeof *told.ids, compare_slices);
    }
    return told;
}

static bool relay_is_told(const struct told *told, struct slice relay)
{
    char *key = xasprintf("%.*s/below", (int)relay.len, relay.at);
    bool is = is_told(told, slice_from_str(key));
    free(key);
    return is;
}

static void drop_hosts(struct remote_run_targets *targets, const struct told *told)
{
    size_t kept = 0;
    for (size_t i = 0; i < targets->host_count; i++) {
        if (!is_told(told, targets->host_ids[i])) {
            targets->host_ids[kept] = targets->host_ids[i];
            targets->hosts[kept++] = targets->hosts[i];
        }
    }
    targets->host_count = kept;
}

void remote_run_targets_drop(struct remote_run_targets *targets, struct slice list)
{
    struct told told = split_told(list);
    size_t relays = 0, refused = 0;
    drop_hosts(targets, &told);
    for (size_t i = 0; i < targets->relay_count; i++) {
        if (!relay_is_told(&told, targets->relays[i].id)) {
            targets->relays[relays++] = targets->relays[i];
        }
    }
    for (size_t i = 0; i < targets->refused_count; i++) {
        struct slice id = targets->refused[i];
        if (!is_told(&told, id) && !relay_is_told(&told, id)) {
            targets->refused[refused++] = id;
        }
    }
    targets->relay_count = relays;
    targets->refused_count = refused;
    free(told.ids);
}

void remote_run_targets_free(struct remote_run_targets *targets)
{
    free(targets->hosts);
    free(targets->host_ids);
    free(targets->relays);
    free(targets->refused);
    free(targets->hops);
    free(targets->nodes);
    *targets = (struct remote_run_targets){0};
}
