/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * remote_run_targets: which agents of a remote-run this server starts itself, and which relay starts the others:
 * PROTOCOL.md sections 2 and 12.
 *
 * This server starts the agents of its neighbours, and its own where it is its own policy server (root). For a node
 * below a sub-relay that relay is asked, once for all nodes below it. An id that is not in the list, or whose chain of
 * policy servers is broken, is counted and left out.
 *
 * Host names come from the node list, which others write: only what http_url_is_host takes goes to a command or into
 * a URL, the others are refused. Slices point into the index and into the list of ids; they are valid until the index
 * is refreshed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/node_index.h"
#include "util/err.h"
#include "util/slice.h"

struct remote_run_relay {
    struct slice id;
    struct slice hostname;
    const struct slice *nodes; /* ascending; NULL: all that it has */
    size_t node_count;
};

/* All zero bytes is a valid empty one. */
struct remote_run_targets {
    struct slice *hosts; /* the neighbours' host names */
    struct slice *host_ids; /* and, in the same order, their ids */
    size_t host_count;
    struct remote_run_relay *relays; /* ids ascending */
    size_t relay_count;
    struct slice *refused; /* ids of neighbours, relays among them, whose host name is not valid */
    size_t refused_count;
    size_t unknown;
    struct slice first_unknown; /* its id, as it was asked for */
    int relay_levels; /* how many relays, one below the other, lie between here and the farthest of their nodes */

    struct remote_run_hop *hops; /* private, as is what follows */
    struct slice *nodes;
    size_t hop_count, hop_room, host_room, id_room, refused_room;
};

/* ids: any text. me: this server's id. */
void remote_run_targets_of(struct remote_run_targets *targets, struct node_index *index, const char *me,
                           const struct slice *ids, size_t count);

/* Every neighbour and every sub-relay. */
bool remote_run_targets_all(struct remote_run_targets *targets, struct node_index *index, const char *me,
                            struct err *err);

/* Takes out those whom somebody else tells, and the refused among them: a comma-separated list of ids, and of
 * "<relay>/below" for all the nodes below a relay. */
void remote_run_targets_drop(struct remote_run_targets *targets, struct slice told);

void remote_run_targets_free(struct remote_run_targets *targets);
