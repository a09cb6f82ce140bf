/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cert_stats: the certificates of the nodes by their dates, the end of those that relay.conf names, and the list of
 * revoked ones, for the metrics. Looked at once an hour, or when a file is another (cert_files_due).
 */
#pragma once

#include "relay/cert_files.h"
#include "relay/node_index.h"
#include "util/buffer.h"

/* Begins all zero. */
struct cert_stats {
    struct cert_files_seen seen;
    uint64_t nodes[CERT_DATES_KINDS]; /* certificates; those that are valid for longer are not counted */
    int64_t ends[CERT_FILES];         /* Unix time; 0: there is no such certificate */
    bool has_lists;
    bool revoked[CERT_FILES];
    uint64_t revocations;
    int64_t next_update; /* Unix time; 0: the lists do not say */
};

/* index may be NULL: then there are no nodes. */
void cert_stats_read(struct cert_stats *stats, const struct relay_config *config, struct node_index *index,
                     int64_t now_seconds);

/* Appends their lines. */
void cert_stats_add(const struct cert_stats *stats, struct buffer *out);
