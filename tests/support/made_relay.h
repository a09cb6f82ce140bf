/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * made_relay: a small relay for the forwarder's unit tests: spool directories, a configuration, a node index and the
 * keys of its nodes, all real, in a temporary directory. A function that fails makes the test fail.
 *
 * The node list has n1 and n2, each with a certificate, and `bare`, which has none.
 */
#pragma once

#include "forwarder/spool_source.h"
#include "relay/relay_config.h"
#include "relay/relay_metrics_table.h"
#include "relay/relay_state.h"
#include "support/made_index.h"
#include "support/signing.h"
#include "support/tmpdir.h"

#define MADE_RUN(node) "2018-08-24T15:55:01+00:00@" node ".log"

struct made_relay {
    struct tmpdir directory;
    struct made_index index;
    struct relay_config *loaded;
    struct relay_config config; /* the defaults, but: no grace for unknown nodes, all output goes upstream */
    struct relay_state *state;
    struct identity n1;
    struct identity n2;
    int reports_fd; /* reports/incoming; the others are named from directory.fd */
};

extern const struct backoff made_relay_backoff; /* an hour: a deferred file stays deferred for the whole test */

void made_relay_open(struct made_relay *relay);
void made_relay_close(struct made_relay *relay);

/* Adds this node to the node list and builds the index anew. */
void made_relay_add_node(struct made_relay *relay, const char *node_id, const struct identity *identity);

/* Opens a source; it closes with spool_source_close. */
struct spool_source made_relay_source(struct made_relay *relay, enum relay_kind kind);

/* Puts a file into reports/incoming, or into any directory, by rename. */
void made_relay_put(struct made_relay *relay, const char *name, struct slice bytes);
void made_relay_put_at(int directory_fd, const char *name, struct slice bytes);

/* Makes a run log of the node: this many reports of the event type, messages of message_len bytes, signed by the
 * signer. The caller frees it. */
struct made_content {
    const char *node_id;
    const char *event_type;
    size_t reports;
    size_t message_len;
    int start_s; /* when the run started: seconds after 15:55, less than 60; 0 means one second */
};
struct buffer made_relay_run(const struct identity *signer, const struct made_content *content);

/* The same with two reports, written into reports/incoming under the name. */
void made_relay_put_run(struct made_relay *relay, const struct identity *signer, const char *node_id, const char *name);

struct buffer made_relay_gzip(struct slice bytes);

/* The value of a counter, by its labels (0 for a label that is not there). */
uint64_t made_relay_count(const struct made_relay *relay, enum relay_metric metric, size_t first, size_t second);
