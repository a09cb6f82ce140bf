/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub_path.h"
#include "relay/node_id.h"
#include "relay/remote_run_request.h"
#include "util/ascii.h"
#include "util/xmalloc.h"

enum { KEYS_MAX = 32 };

bool order_text_next_id(struct slice *list, struct slice *id)
{
    if (list->len == 0) {
        return false;
    }
    *id = slice_take_until(list, ',');
    return true;
}

/* "all", or ids with commas between. */
static bool is_nodes(struct slice list)
{
    struct slice id;
    if (list.len == 0 || list.len > ORDER_TEXT_NODES_MAX || list.at[list.len - 1] == ',') {
        return false;
    }
    while (order_text_next_id(&list, &id)) {
        if (!node_id_valid(id.at, id.len)) {
            return false;
        }
    }
    return true;
}

static bool take_order_number(struct slice value, int64_t most, int64_t *number)
{
    uint64_t read;
    if (!hub_path_ticket(value, &read) || read > (uint64_t)most) {
        return false;
    }
    *number = (int64_t)read;
    return true;
}

static bool take_output_word(struct slice value, bool *output)
{
    *output = slice_eq_str(value, "yes");
    return *output || slice_eq_str(value, "no");
}

static bool take_conditions(struct slice value, struct slice *conditions)
{
    *conditions = value;
    return remote_run_conditions_valid(value);
}

static bool take_boot(struct slice value, struct slice *boot)
{
    *boot = value;
    return value.len <= 64;
}

static bool take_order_nodes(struct slice value, struct slice *nodes)
{
    *nodes = value;
    return is_nodes(value);
}

/* "<node>", or "<node>/below <nodes>" */
static bool take_target(struct order_text *order, struct slice value)
{
    struct slice nodes = value;
    const struct slice key = slice_take_until(&nodes, ' ');
    struct slice node = key;
    bool below = slice_take_end(&node, HUB_BELOW);
    if (!node_id_valid(node.at, node.len) || below != (nodes.len > 0) || (below && !is_nodes(nodes))) {
        return false;
    }
    order->targets = xgrow(order->targets, order->target_count, &order->target_room, sizeof *order->targets);
    order->targets[order->target_count++] = (struct order_text_target){key, nodes};
    return true;
}

static bool take_value(struct order_text *order, struct slice key, struct slice value, bool *known)
{
    *known = true;
    return slice_eq_str(key, "ticket")       ? hub_path_ticket(value, &order->ticket)
           : slice_eq_str(key, "above")      ? hub_path_ticket(value, &order->above)
           : slice_eq_str(key, "conditions") ? take_conditions(value, &order->conditions)
           : slice_eq_str(key, "output")     ? take_output_word(value, &order->output)
           : slice_eq_str(key, "seconds")    ? take_order_number(value, ORDER_TEXT_SECONDS_MAX, &order->seconds)
           : slice_eq_str(key, "boot")       ? take_boot(value, &order->boot)
           : slice_eq_str(key, "expires")    ? take_order_number(value, INT64_MAX / 2, &order->expires_ms)
           : slice_eq_str(key, "written")    ? take_order_number(value, INT64_MAX / 2, &order->written)
           : slice_eq_str(key, "nodes")      ? take_order_nodes(value, &order->nodes)
           : slice_eq_str(key, "target")     ? take_target(order, value)
                                             : !(*known = false);
}

static bool order_text_trim(struct slice *line, struct slice *key)
{
    *key = slice_take_until(line, '=');
    while (key->len > 0 && key->at[key->len - 1] == ' ') {
        key->len--;
    }
    slice_skip(line, " ");
    for (size_t i = 0; i < key->len; i++) {
        if (!ascii_is_alphanumeric(key->at[i]) && key->at[i] != '_') {
            return false;
        }
    }
    return key->len > 0;
}

static bool seen_before(struct slice *seen, size_t *count, struct slice key)
{
    for (size_t i = 0; i < *count; i++) {
        if (slice_eq(seen[i], key)) {
            return true;
        }
    }
    if (*count < KEYS_MAX) {
        seen[(*count)++] = key;
    }
    return *count == KEYS_MAX;
}

bool order_text_parse(struct order_text *order, struct slice text, struct err *err)
{
    struct slice seen[KEYS_MAX];
    size_t seen_count = 0;
    *order = (struct order_text){0};
    while (text.len > 0) {
        struct slice line = slice_take_until(&text, '\n'), key;
        bool known, equals = line.len > 0 && memchr(line.at, '=', line.len) != NULL;
        if (line.len == 0) {
            continue;
        }
        if (slice_has_control(line) || !equals || !order_text_trim(&line, &key)) {
            return err_set(err, "an order has a line that is no `key = value`");
        }
        if (!slice_eq_str(key, "target") && seen_before(seen, &seen_count, key)) {
            return err_set(err, "an order has %.*s twice, or too many keys", (int)key.len, key.at);
        }
        if (!take_value(order, key, line, &known) && known) {
            return err_set(err, "an order has a %.*s that is none", (int)key.len, key.at);
        }
    }
    return order->ticket > 0 || err_set(err, "an order has no ticket");
}

void order_text_free(struct order_text *order)
{
    free(order->targets);
    *order = (struct order_text){0};
}

/* ---- */

static void add_slice(struct buffer *out, const char *key, struct slice value)
{
    buffer_add_format(out, "%s = ", key);
    buffer_add(out, value.at, value.len);
    buffer_add_text(out, "\n");
}

void order_text_format_answer(const struct order_text *order, struct buffer *out)
{
    buffer_add_format(out, "ticket = %020" PRIu64 "\n", order->ticket);
    add_slice(out, "conditions", order->conditions);
    buffer_add_format(out, "seconds = %" PRId64 "\noutput = %s\n", order->seconds, order->output ? "yes" : "no");
    if (order->nodes.len > 0) {
        add_slice(out, "nodes", order->nodes);
    }
}

void order_text_format(const struct order_text *order, struct buffer *out)
{
    order_text_format_answer(order, out);
    if (order->above > 0) {
        buffer_add_format(out, "above = %020" PRIu64 "\n", order->above);
    }
    add_slice(out, "boot", order->boot);
    buffer_add_format(out, "expires = %" PRId64 "\nwritten = %" PRId64 "\n", order->expires_ms, order->written);
    for (size_t i = 0; i < order->target_count; i++) {
        const struct order_text_target *target = &order->targets[i];
        buffer_add_text(out, "target = ");
        buffer_add(out, target->key.at, target->key.len);
        if (target->nodes.len > 0) {
            buffer_add_text(out, " ");
            buffer_add(out, target->nodes.at, target->nodes.len);
        }
        buffer_add_text(out, "\n");
    }
}
