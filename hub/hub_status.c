/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_status: how the hub is, and which nodes are missing, as JSON.
 */
#include <jansson.h>
#include <stdlib.h>

#include "hub_private.h"
#include "util/clock.h"

enum { SILENT_NAMED = 100 };

struct status_walk {
    json_t *silent;
    int64_t now_ms;
    json_int_t known, left_out;
};

static void status_of_node(void *context, struct wait_node *node)
{
    struct status_walk *walk = context;
    walk->known++;
    if (wait_node_is_there(node, walk->now_ms)) {
        return;
    }
    if (json_array_size(walk->silent) == SILENT_NAMED) {
        walk->left_out++;
    } else if (node->seen_ms > 0) {
        json_array_append_new(walk->silent, json_pack("{s:s, s:I}", "node", node->key, "seconds",
                                                      (json_int_t)((walk->now_ms - node->seen_ms) / 1000)));
    }
}

void hub_status(struct hub *hub, struct http_conn *conn)
{
    struct status_walk walk = {.silent = json_array(), .now_ms = clock_ms()};
    wait_table_walk(hub->table, status_of_node, &walk);
    json_t *status =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:I}", "waiting", (json_int_t)hub->waiting, "connections",
                  (json_int_t)http_conn_set_count(hub->conns), "orders", (json_int_t)orders_count(hub->orders), "known",
                  walk.known, "max_waiting", (json_int_t)hub->config->hub.max_waiting, "silent", walk.silent,
                  "silent_left_out", walk.left_out);
    char *text = status != NULL ? json_dumps(status, JSON_COMPACT) : NULL;
    if (text != NULL) {
        http_conn_answer(conn, 200, "Content-Type: application/json\r\n", slice_from_str(text));
    } else {
        http_conn_refuse(conn, 503, "", "no memory");
    }
    free(text);
    json_decref(status);
}
