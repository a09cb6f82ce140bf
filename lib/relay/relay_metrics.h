/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_metrics: the names and labels of what relay_state counts.
 *
 * Source: PROTOCOL.md section 16. One table in relay_metrics_table.c has a row for each metric family with its name,
 * type, help and label values (relay_metrics_table.h); each combination of label values is one cell of relay_state, or
 * several for a histogram. Programs call the functions below when something happens; the metrics program writes the
 * Prometheus text format (version 0.0.4).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
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
    ENTRY(POLICY_PROXY, "policy-proxy")                                                                                \
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

enum relay_message_result { /* rudder_relay_inventory_messages_total{result} */
                            RELAY_MESSAGE_KNOWN, /* unpacked, by the known key of the node */
                            RELAY_MESSAGE_FIRST, /* unpacked, by the key that the inventory of a new node brings */
                            RELAY_MESSAGE_REFUSED,
                            RELAY_MESSAGE_RESULTS
};

enum relay_policy_fetch { /* rudder_relay_policy_fetches_total{result} */
                          RELAY_POLICY_FETCH_NEW,
                          RELAY_POLICY_FETCH_UNCHANGED,
                          RELAY_POLICY_FETCH_GONE,   /* the server above does not give it, or not any more */
                          RELAY_POLICY_FETCH_FAILED, /* there was no such answer */
                          RELAY_POLICY_FETCH_RESULTS
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
void relay_metrics_message(struct relay_state *state, enum relay_message_result result);
/* Of a run that came by syslog; it is in none of the counters of signed run logs. */
enum relay_syslog_run { /* rudder_relay_syslog_runs_total{status} */
                        RELAY_SYSLOG_RUN_OK,
                        RELAY_SYSLOG_RUN_ERROR,
                        RELAY_SYSLOG_RUN_INVALID,
                        RELAY_SYSLOG_RUN_DUPLICATE,
                        RELAY_SYSLOG_RUN_RESULTS
};
void relay_metrics_syslog_run(struct relay_state *state, enum relay_syslog_run result);
void relay_metrics_retry(struct relay_state *state, enum relay_kind kind);
void relay_metrics_duplicate(struct relay_state *state);
void relay_metrics_without_config_id(struct relay_state *state);
void relay_metrics_failed_removed(struct relay_state *state, size_t files);
/* The statistics of one spool directory, waiting or failed. The forwarder publishes them after each of its scans. */
struct relay_spool_stats {
    struct spool_sum sum;
    int64_t checked; /* when this was counted, in seconds since 1970; 0: never */
};
void relay_metrics_set_spool(struct relay_state *state, enum relay_kind kind, bool failed,
                             const struct relay_spool_stats *stats);
void relay_metrics_spool(const struct relay_state *state, enum relay_kind kind, bool failed,
                         struct relay_spool_stats *stats);

/* Called by policy-proxy: the server above was asked; a copy was handed out that may be out of date. */
void relay_metrics_policy_fetch(struct relay_state *state, enum relay_policy_fetch result);
void relay_metrics_policy_stale(struct relay_state *state);

/* Whether policy-proxy can reach the server above. Written by its processes, each as it finds out. */
struct relay_policy_source {
    int64_t failing_since; /* seconds since 1970; 0: it can be reached */
    int64_t last_failure;  /* seconds since 1970; 0: never */
};
void relay_metrics_set_policy_source(struct relay_state *state, bool reached, int64_t now);
void relay_metrics_policy_source(const struct relay_state *state, struct relay_policy_source *source);

/* Called by the hub. An order counts once for each node, or relay's hub, that it is for. */
enum relay_hub_order { /* rudder_relay_hub_orders_total{event} */
                       RELAY_HUB_ORDER_TAKEN,
                       RELAY_HUB_ORDER_GIVEN, /* handed to the node; again where it asks again */
                       RELAY_HUB_ORDER_BEGUN,
                       RELAY_HUB_ORDER_EXPIRED,
                       RELAY_HUB_ORDER_EVENTS
};
void relay_metrics_hub_orders(struct relay_state *state, enum relay_hub_order event, size_t nodes);
void relay_metrics_hub_vanished(struct relay_state *state, size_t nodes);
void relay_metrics_hub_turned_away(struct relay_state *state);

/* Called by the daemon of virtual nodes. */
enum relay_virtual_run { /* rudder_relay_virtual_runs_total{result} */
                         RELAY_VIRTUAL_RUN_OK,
                         RELAY_VIRTUAL_RUN_FAILED, /* its run log says so */
                         RELAY_VIRTUAL_RUN_LOST,   /* there is no run log */
                         RELAY_VIRTUAL_RUN_RESULTS
};
void relay_metrics_virtual_run(struct relay_state *state, enum relay_virtual_run result);
void relay_metrics_set_virtual(struct relay_state *state, size_t nodes, int64_t now);

struct relay_virtual_stats {
    uint64_t nodes;
    int64_t checked; /* when this was counted, in seconds since 1970; 0: never */
};
void relay_metrics_virtual(const struct relay_state *state, struct relay_virtual_stats *stats);

struct relay_hub_stats {
    uint64_t waiting;     /* nodes */
    int64_t silent_since; /* when the longest silence began, in seconds since 1970; 0: nobody is silent */
    uint64_t orders;
    int64_t checked; /* when this was counted, in seconds since 1970; 0: never */
};
void relay_metrics_set_hub(struct relay_state *state, const struct relay_hub_stats *stats);
void relay_metrics_hub(const struct relay_state *state, struct relay_hub_stats *stats);

/* Called by rudder-relay-syslog. */
enum relay_syslog_line { /* rudder_relay_syslog_lines_total{result} */
                         RELAY_SYSLOG_LINE_TAKEN,
                         RELAY_SYSLOG_LINE_REPEATED,
                         RELAY_SYSLOG_LINE_LATE,
                         RELAY_SYSLOG_LINE_NETWORK,
                         RELAY_SYSLOG_LINE_NODE,
                         RELAY_SYSLOG_LINE_BROKEN,
                         RELAY_SYSLOG_LINE_LIMIT,
                         RELAY_SYSLOG_LINE_RESULTS
};
void relay_metrics_syslog_line(struct relay_state *state, enum relay_syslog_line result);

enum relay_syslog_end { /* rudder_relay_syslog_gathered_total{end} */
                        RELAY_SYSLOG_END_REPORT,
                        RELAY_SYSLOG_END_TIMEOUT,
                        RELAY_SYSLOG_END_LIMIT,
                        RELAY_SYSLOG_ENDS
};
void relay_metrics_syslog_gathered(struct relay_state *state, enum relay_syslog_end end);

struct relay_syslog_stats {
    uint64_t under_way; /* runs whose messages are being gathered */
    int64_t due;        /* when the next of them is ended at the latest, in seconds since 1970; 0: there is none */
};
void relay_metrics_set_syslog(struct relay_state *state, const struct relay_syslog_stats *stats);
void relay_metrics_syslog(const struct relay_state *state, struct relay_syslog_stats *stats);
