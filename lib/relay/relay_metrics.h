/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_metrics: the names and labels of what relay_state counts.
 *
 * Source: PROTOCOL.md section 16. One table in relay_metrics.c: a row a metric family with its name, type, help and
 * label values (relay_metrics_table.h); each combination of label values is one cell of relay_state. The functions
 * below are what programs call where something happens; the metrics program writes the Prometheus text format (version
 * 0.0.4).
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

/* For relay_state_open: another number when the meaning of any cell is another one. */
uint64_t relay_metrics_fingerprint(void);

/* As in the label "endpoint", and in the name of its program behind rudder-relay-. */
const char *relay_metrics_endpoint_name(enum relay_endpoint endpoint);

/* Any endpoint: one request answered. */
void relay_metrics_request(struct relay_state *state, enum relay_endpoint endpoint, int status, uint64_t microseconds);

/* upload: one upload answered; bytes of what was stored. */
void relay_metrics_upload(struct relay_state *state, enum relay_kind kind, int status, uint64_t bytes);

/* forwarder */
void relay_metrics_report(struct relay_state *state, enum relay_report_result result);
void relay_metrics_report_processed(struct relay_state *state, uint64_t microseconds, uint64_t uncompressed_bytes);
void relay_metrics_inventory(struct relay_state *state, bool forwarded);
void relay_metrics_retry(struct relay_state *state, enum relay_kind kind);
void relay_metrics_duplicate(struct relay_state *state);
void relay_metrics_without_config_id(struct relay_state *state);
/* Spool figures of one directory: waiting or failed. The forwarder publishes them with each scan of its own. */
struct relay_spool_stats {
    struct spool_sum sum;
    int64_t checked; /* seconds since 1970: when this was found; 0: never */
};
void relay_metrics_set_spool(struct relay_state *state, enum relay_kind kind, bool failed,
                             const struct relay_spool_stats *figures);
void relay_metrics_spool(const struct relay_state *state, enum relay_kind kind, bool failed,
                         struct relay_spool_stats *figures);

#endif
