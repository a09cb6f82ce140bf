/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upstream_transfer: one request to the policy server above: a file of the spool on its way, from job_take to the end
 * of the job. Private to sink_upstream.
 */
#pragma once

#include "breaker.h"
#include "job.h"
#include "upstream_login.h"
#include "util/buffer.h"
#include "util/http_client.h"
#include "util/safe_file.h"

/* The policy server above, and what all transfers share. */
struct upstream {
    const struct relay_config *config;
    struct relay_state *state;
    struct http_client *client;
    struct buffer url; /* https://<host>:<port> */
    struct buffer pins;
    struct upstream_login login;
    struct breaker breaker;                    /* whether it can be reached */
    struct breaker kind_breakers[RELAY_KINDS]; /* whether it accepts files of this kind */
    /* Whose file found it busy the last time: a node's id or a file's name. "": a file was accepted since. */
    char busy_for[RELAY_KINDS][SAFE_FILE_NAME_SIZE];
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
    unsigned login_version; /* of the login it was sent with */
    bool probe;             /* of upstream->breaker */
    bool kind_probe;        /* of the breaker of the job's kind */
};

/* Does it carry a file, or does it only ask for an answer? */
static inline bool upstream_carries_file(const struct upstream_transfer *transfer)
{
    return transfer->job.source != NULL;
}

/* The breaker of the files of the job's kind. */
static inline struct breaker *upstream_kind_breaker(const struct upstream_transfer *transfer)
{
    return &transfer->upstream->kind_breakers[transfer->job.source->kind];
}

/* Where it goes at the upstream, without the file's name. */
const char *upstream_transfer_path(const struct upstream_transfer *transfer);

/* Sends the file of transfer->job, which spool_process found ready. False when it cannot; then the job is deferred. */
bool upstream_transfer_send(struct upstream_transfer *transfer);

/* Asks for nothing in particular, to see whether the upstream answers. False when it cannot. */
bool upstream_transfer_ask(struct upstream_transfer *transfer);
