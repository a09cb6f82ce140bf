/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upstream_transfer: one file on its way to the upstream, from its place in the spool to its leaving it. Private to
 * sink_upstream.
 */
#ifndef RELAY_FORWARDER_UPSTREAM_TRANSFER_H
#define RELAY_FORWARDER_UPSTREAM_TRANSFER_H

#include "gate.h"
#include "in_hand.h"
#include "lane.h"
#include "upstream_answer.h"
#include "util/buffer.h"
#include "util/http_client.h"

/* A lane as this sink sees it. */
struct upstream_lane {
    struct lane *lane;
    enum spool_way way;
    const char *path;     /* what its URLs go on with */
    const char *password;
    struct spool_tools tools;
    struct in_hand_origin origin;
    struct gate gate; /* what the upstream says to files of this lane */
};

/* What all transfers use. */
struct upstream_route {
    struct http_client *client;
    struct buffer url;  /* https://<host>:<port> */
    struct buffer pins;
    const char *user;
    struct gate gate; /* whether it can be reached */
    const struct upstream_lane *lanes; /* all there are */
    size_t lane_count;
    struct relay_state *state;
    int64_t up_said_ms; /* when state was last told that it is up */
};

struct upstream_transfer {
    struct upstream_route *route;
    struct upstream_lane *lane;       /* NULL: not of a file, it only asks whether somebody answers */
    struct in_hand in_hand;
    struct upstream_transfer *next;   /* of those that have nothing to do */
    struct upstream_transfer **spare; /* their list, which it goes back to */
    int fd;
    bool route_probe; /* see gate_pass */
    bool lane_probe;
};

/* The file in_hand.run of the lane, which spool_process found ready. False when it could not go; then it is out of
 * hand. */
bool upstream_transfer_begin(struct upstream_transfer *transfer);

/* Asks for nothing, to see whether the upstream answers. */
bool upstream_transfer_ask(struct upstream_transfer *transfer);

#endif
