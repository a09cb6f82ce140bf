/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_output: what a node sends of its run. A piece that the hub has already is ignored, one that leaves something out
 * is refused with what is missing, so a node may send any piece again after a connection broke. Of an order that was on
 * the disk when the hub was started it may have had some, and passed it on; it goes on from where the node is.
 */
#include <inttypes.h>
#include <stdio.h>

#include "hub_private.h"
#include "run_watch.h"
#include "util/clock.h"
#include "util/log.h"

#define LOG_COMPONENT "hub_output"

static const struct slice nothing;

static void note_end(struct wait_node *node, const struct hub_path *path)
{
    char ticket[TICKET_SIZE];
    if (path->has_end) {
        log_info("run ended", log_text("node", node->key),
                 log_text("ticket", hub_path_ticket_text(ticket, path->ticket)), log_number("status", path->end));
        node->given_ms = 0;
    }
}

/* Takes what is new of the piece. */
static void take_output_piece(struct order_target *target, const struct hub_path *path, struct slice piece)
{
    int64_t had = target->received - path->offset;
    struct run_watch *watch = target->order->watch;
    if ((int64_t)piece.len > had) {
        piece = slice_behind(piece, (size_t)had);
        target->received += (int64_t)piece.len;
        if (target->order->output) {
            run_watch_output(watch, target, piece);
        }
    }
    if (path->has_end) {
        run_watch_ended(watch, target, path->end);
        orders_over(target);
    } else {
        orders_begun(target);
    }
}

/* Nobody waits for the output; it only tells that the run goes on, or is over. */
static void pass_over(struct http_conn *conn, struct order_target *target, const struct hub_path *path)
{
    if (target != NULL && path->has_end) {
        orders_over(target);
    } else if (target != NULL) {
        orders_begun(target);
    }
    if (path->has_end) {
        http_conn_answer(conn, 204, "", nothing);
    } else {
        http_conn_answer(conn, 410, "", slice_from_str("nobody waits for this output\n"));
    }
}

void hub_output(struct hub *hub, struct http_conn *conn, const struct hub_path *path, struct slice body)
{
    struct wait_node *node = wait_table_get(hub->table, slice_from_str(path->key));
    struct order_target *target = orders_find(node, path->ticket);
    bool watched = target != NULL && target->order->watch != NULL && target->watched;
    node->seen_ms = clock_ms();
    if (watched && target->order->taken_up && target->received == 0) {
        target->received = path->offset; /* the hub before had that */
    }
    if (watched && path->offset > target->received) {
        char text[64];
        int len = snprintf(text, sizeof text, "offset = %" PRId64 "\n", target->received);
        http_conn_answer(conn, 409, "Content-Type: text/plain\r\n", (struct slice){text, (size_t)len});
    } else if (watched && run_watch_is_full(target->order->watch)) {
        http_conn_answer(conn, 503, "Retry-After: 1\r\n", nothing);
    } else if (watched) {
        note_end(node, path);
        take_output_piece(target, path, body);
        http_conn_answer(conn, 204, "", nothing);
    } else {
        note_end(node, path);
        pass_over(conn, target, path);
    }
}
