/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upstream_transfer: one request to the policy server above: a file of the spool on its way, from job_take to the end
 * of the job. Private to sink_upstream.
 */
#ifndef RELAY_FORWARDER_UPSTREAM_TRANSFER_H
#define RELAY_FORWARDER_UPSTREAM_TRANSFER_H

#include "breaker.h"
#include "job.h"
#include "util/buffer.h"
#include "util/http_client.h"

/* The policy server above, and what all transfers share. */
struct upstream {
    const struct relay_config *config;
    struct relay_state *state;
    struct http_client *client;
    struct buffer url; /* https://<host>:<port> */
    struct buffer pins;
    struct breaker breaker;                    /* whether it can be reached */
    struct breaker kind_breakers[RELAY_KINDS]; /* whether it accepts files of this kind */
    struct spool_source *sources[RELAY_KINDS]; /* those whose files go there */
    size_t source_count;
    int64_t reported_up_ms; /* when state was last told that it is up */
};

struct upstream_transfer {
    struct upstream *upstream;
    struct job job;                 /* source is NULL while the transfer carries no file, but only asks for an answer */
    struct upstream_transfer *next; /* of the spare ones */
    struct upstream_transfer **spare; /* the list that it returns to when it has ended */
    int fd;
    bool probe;      /* of upstream->breaker */
    bool kind_probe; /* of the breaker of the job's kind */
};

/* Sends the file of transfer->job, which spool_process found ready. False when it cannot; then the job is deferred. */
bool upstream_transfer_send(struct upstream_transfer *transfer);

/* Asks for nothing in particular, to see whether the upstream answers. False when it cannot. */
bool upstream_transfer_ask(struct upstream_transfer *transfer);

#endif
