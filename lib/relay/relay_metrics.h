/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_metrics: the names and labels of what relay_state counts.
 *
 * Source: PROTOCOL.md section 16. One table in relay_metrics_table.c has a row for each metric family with its name,
 * type, help and label values (relay_metrics_table.h); each combination of label values is one cell of relay_state, or
 * several for a histogram. Programs call the functions below when something happens; the metrics program writes the
 * Prometheus text format (version 0.0.4).
 */
#ifndef RELAY_RELAY_METRICS_H
#define RELAY_RELAY_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "relay/relay_state.h"
#include "relay/spool_sum.h"
#include "relay/upload_kind.h"

/* Each endpoint by its constant and its name, in the order in which the state file counts them. */
#define RELAY_ENDPOINT_TABLE(ENTRY)                                                                                    \
    ENTRY(UPLOAD, "upload")                                                                                            \
    ENTRY(SYSTEM, "system")                                                                                            \
    ENTRY(SHARED_FILES, "shared-files")                                                                                \
    ENTRY(SHARED_FOLDER, "shared-folder")                                                                              \
    ENTRY(REMOTE_RUN, "remote-run")                                                                                    \
    ENTRY(POLICIES, "policies")                                                                                        \
    ENTRY(METRICS, "metrics")

#define RELAY_ENDPOINT_CONSTANT(constant, name) RELAY_ENDPOINT_##constant,
enum relay_endpoint { RELAY_ENDPOINT_TABLE(RELAY_ENDPOINT_CONSTANT) RELAY_ENDPOINTS };

enum relay_report_result { /* rudder_relayd_reports_total{status} */
                           RELAY_REPORT_OK,
                           RELAY_REPORT_ERROR,   /* refused */
                           RELAY_REPORT_INVALID, /* unknown node */
                           RELAY_REPORT_FORWARD_OK,
                           RELAY_REPORT_FORWARD_ERROR,
                           RELAY_REPORT_RESULTS
};

/* A number that changes when the meaning of any cell changes. For relay_state_open. */
uint64_t relay_metrics_fingerprint(void);

/* The name as in the label "endpoint". The program is called rudder-relay-<name>. */
const char *relay_metrics_endpoint_name(enum relay_endpoint endpoint);

/* Counts one answered request of any endpoint. */
void relay_metrics_request(struct relay_state *state, enum relay_endpoint endpoint, int status, uint64_t microseconds);

/* Called by upload: counts one answered upload. bytes: how many were stored. */
void relay_metrics_upload(struct relay_state *state, enum relay_kind kind, int status, uint64_t bytes);

/* The forwarder calls these. */
void relay_metrics_report(struct relay_state *state, enum relay_report_result result);
void relay_metrics_report_processed(struct relay_state *state, uint64_t microseconds, uint64_t uncompressed_bytes);
void relay_metrics_inventory(struct relay_state *state, bool forwarded);
void relay_metrics_retry(struct relay_state *state, enum relay_kind kind);
void relay_metrics_duplicate(struct relay_state *state);
void relay_metrics_without_config_id(struct relay_state *state);
/* The statistics of one spool directory, waiting or failed. The forwarder publishes them after each of its scans. */
struct relay_spool_stats {
    struct spool_sum sum;
    int64_t checked; /* when this was counted, in seconds since 1970; 0: never */
};
void relay_metrics_set_spool(struct relay_state *state, enum relay_kind kind, bool failed,
                             const struct relay_spool_stats *stats);
void relay_metrics_spool(const struct relay_state *state, enum relay_kind kind, bool failed,
                         struct relay_spool_stats *stats);

#endif
