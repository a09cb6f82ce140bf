/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_path: what a request to the hub is about, by its path and query.
 *
 *     /rudder/relay-api/1/wait/<node>[/below]?after=<ticket>[&told=<ticket>]
 *     /rudder/relay-api/1/output/<node>[/below]/<ticket>?offset=<bytes>[&end=<exit status>]
 *     /orders, /status             (at the local socket)
 *
 * A node id is outside input: it must pass node_id_valid, is at most 127 bytes long, and is not percent-decoded.
 * `below` means the relay's hub and not the relay's own agent; its key in the tables is "<node>/below", which no node
 * id can be.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "relay/node_id.h"
#include "util/err.h"
#include "util/slice.h"

#define HUB_BELOW "/below"

enum {
    HUB_KEY_SIZE = NODE_ID_SIZE + sizeof HUB_BELOW,
    TICKET_DIGITS = 20,
    TICKET_SIZE = TICKET_DIGITS + 1,
};

enum hub_path_kind { HUB_PATH_NONE, HUB_PATH_WAIT, HUB_PATH_OUTPUT, HUB_PATH_ORDERS, HUB_PATH_STATUS };

struct hub_path {
    enum hub_path_kind kind;
    bool below;
    char node[NODE_ID_SIZE];
    char key[HUB_KEY_SIZE]; /* the node id, with HUB_BELOW where below is true */
    uint64_t ticket;        /* of an output; of a wait: after */
    uint64_t told;          /* of a wait of a relay's hub: of orders up to this one it has nothing more to tell */
    int64_t offset;
    bool has_end;
    int end; /* exit status, 0 to 255 */
};

/* kind is HUB_PATH_NONE for an unknown path (404). False with err when the path is known and its query or ids are not
 * right (400). */
bool hub_path_parse(struct hub_path *path, struct slice target, struct slice query, struct err *err);

/* A ticket of 1 to 20 digits that fits. */
bool hub_path_ticket(struct slice text, uint64_t *ticket);

/* Writes the ticket's 20 digits, as nodes, files and the log have them. Returns text. */
const char *hub_path_ticket_text(char text[TICKET_SIZE], uint64_t ticket);
