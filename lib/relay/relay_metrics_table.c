/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/relay_metrics_table.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LABEL(name, values)                                                                                            \
    {                                                                                                                  \
        name, values, COUNT(values)                                                                                    \
    }
#define BOUNDS(array) .bounds = array, .bound_count = COUNT(array)

/* In the order of the enums in relay_metrics.h. */
#define ENDPOINT_NAME(constant, name) name,
static const char *const endpoints[] = {RELAY_ENDPOINT_TABLE(ENDPOINT_NAME)};
static const char *const report_results[] = {"ok", "error", "invalid", "forward_ok", "forward_error"};
static const char *const inventory_results[] = {"forward_ok", "forward_error"};
static const char *const message_results[] = {"known", "first", "refused"};
static const char *const policy_fetches[] = {"new", "unchanged", "gone", "failed"};
static const char *const hub_orders[] = {"taken", "given", "begun", "expired"};
static const char *const virtual_runs[] = {"ok", "failed", "lost"};
static const char *const syslog_lines[] = {"taken",      "repeated", "late",      "wrong_network",
                                           "wrong_node", "broken",   "over_limit"};
static const char *const syslog_ends[] = {"end_report", "timeout", "limit"};
static const char *const syslog_runs[] = {"ok", "error", "invalid", "duplicate"};
static const char *const spool_states[] = {"waiting", "failed"};
static const char *const statuses[] = {"200", "201", "204", "206", "304", "400", "401",  "403",
                                       "404", "405", "408", "409", "411", "413", "415",  "416",
                                       "429", "500", "502", "503", "504", "507", "other"};
/* The statuses that the upload program uses. Their series exist from the start: otherwise an alert would miss the first
 * event. */
static const char *const upload_statuses[] = {"201", "204", "400", "403", "411",  "413",
                                              "415", "500", "503", "507", "other"};

/* microseconds */
static const uint64_t request_bounds[] = {1000, 5000, 25000, 100000, 500000, 2500000, 10000000, 60000000};
static const uint64_t report_bounds[] = {5000,    10000,   25000,   50000,    100000,   250000,  500000,
                                         1000000, 2500000, 5000000, 10000000, 30000000, 60000000};
/* bytes */
static const uint64_t size_bounds[] = {1 << 10,   4 << 10,   16 << 10, 32 << 10, 64 << 10, 128 << 10,
                                       256 << 10, 512 << 10, 1 << 20,  4 << 20,  16 << 20, 64 << 20};

static const enum relay_metric hub_checked = METRIC_HUB_CHECKED;
static const enum relay_metric virtual_checked = METRIC_VIRTUAL_CHECKED;
static const enum relay_metric syslog_checked = METRIC_SYSLOG_CHECKED;

static const struct relay_metric_family families[METRICS] = {
    [METRIC_REPORTS] = {"rudder_relayd_reports_total", METRIC_COUNTER,
                        "Run logs by what became of them: stored (ok), refused (error), of an unknown node (invalid), "
                        "sent on (forward_ok), or refused for good by the upstream (forward_error). An attempt that is "
                        "repeated is in rudder_relay_retries_total.",
                        .labels = {LABEL("status", report_results)}},
    [METRIC_INVENTORIES] = {"rudder_relayd_inventories_total", METRIC_COUNTER,
                            "Inventories by what became of them at the upstream: taken (forward_ok) or refused for "
                            "good (forward_error).",
                            .labels = {LABEL("status", inventory_results)}},
    /* Without processing.inventory.smime there are none of these. */
    [METRIC_MESSAGES] = {"rudder_relay_inventory_messages_total", METRIC_COUNTER,
                         "Inventories that came as a message, by what became of them: unpacked, signed with the known "
                         "key of their node (known) or with the key that a new node's inventory brings (first), or "
                         "refused.",
                         .labels = {LABEL("result", message_results)}, .sparse = true},
    [METRIC_REPORT_SECONDS] = {"rudder_relayd_reports_processing_duration_seconds", METRIC_HISTOGRAM_SECONDS,
                               "Time from taking up a run log to its end, stored, sent on or refused.",
                               BOUNDS(report_bounds)},
    [METRIC_REPORT_BYTES] = {"rudder_relayd_reports_size_bytes", METRIC_HISTOGRAM, "Uncompressed size of run logs.",
                             BOUNDS(size_bounds)},
    [METRIC_UPLOADS] = {"rudder_relay_uploads_total", METRIC_COUNTER, "Uploads answered, by kind and HTTP status.",
                        .labels = {LABEL("kind", upload_kind_labels), LABEL("status", upload_statuses)}},
    [METRIC_UPLOAD_BYTES] = {"rudder_relay_upload_bytes_total", METRIC_COUNTER,
                             "Bytes of the files that were taken in.", .labels = {LABEL("kind", upload_kind_labels)}},
    [METRIC_REQUEST_SECONDS] = {"rudder_relay_request_duration_seconds", METRIC_HISTOGRAM_SECONDS,
                                "Time a request took in the program that answered it, by endpoint and HTTP status.",
                                .labels = {LABEL("endpoint", endpoints), LABEL("status", statuses)},
                                BOUNDS(request_bounds), .sparse = true},
    [METRIC_RETRIES] = {"rudder_relay_retries_total", METRIC_COUNTER,
                        "How often a file was put back to be tried again later.",
                        .labels = {LABEL("kind", upload_kind_labels)}},
    [METRIC_DUPLICATES] = {"rudder_relay_duplicates_total", METRIC_COUNTER, "Run logs that were stored before.",
                           .sparse = false},
    [METRIC_WITHOUT_CONFIG_ID] = {"rudder_relay_runs_without_config_id_total", METRIC_COUNTER,
                                  "Run logs that were stored without a config id. The web application may read each "
                                  "of them again every five seconds until it is purged.",
                                  .sparse = false},
    [METRIC_FAILED_REMOVED] = {"rudder_relay_failed_removed_total", METRIC_COUNTER,
                               "Refused files without a valid signature that were removed to make room for newer ones, "
                               "because there were too many of one node or of one name.",
                               .sparse = false},
    [METRIC_SPOOL_FILES] = {"rudder_relay_spool_files", METRIC_GAUGE, "Files in the spool.",
                            .labels = {LABEL("kind", upload_kind_labels), LABEL("state", spool_states)}},
    [METRIC_SPOOL_BYTES] = {"rudder_relay_spool_bytes", METRIC_GAUGE, "Size of the files in the spool.",
                            .labels = {LABEL("kind", upload_kind_labels), LABEL("state", spool_states)}},
    [METRIC_SPOOL_OLDEST] = {"rudder_relay_spool_oldest_age_seconds", METRIC_AGE,
                             "Age of the oldest file in the spool; 0 when there is none.",
                             .labels = {LABEL("kind", upload_kind_labels), LABEL("state", spool_states)}},
    [METRIC_SPOOL_CHECKED] = {"rudder_relay_spool_checked_timestamp_seconds", METRIC_GAUGE,
                              "When the forwarder looked at the spool last; 0: never.",
                              .labels = {LABEL("kind", upload_kind_labels), LABEL("state", spool_states)}},
    [METRIC_POLICY_FETCHES] = {"rudder_relay_policy_fetches_total", METRIC_COUNTER,
                               "How often the policy server above was asked for a file of the nodes, by its answer: "
                               "another content (new), the same (unchanged), that it does not give it (gone), none "
                               "that helps (failed).",
                               .labels = {LABEL("result", policy_fetches)}},
    [METRIC_POLICY_STALE] = {"rudder_relay_policy_stale_answers_total", METRIC_COUNTER,
                             "Copies of such files that were handed out though they may be out of date, because the "
                             "server above did not answer.",
                             .sparse = false},
    [METRIC_POLICY_FAILING_SINCE] = {"rudder_relay_policy_fetch_failing_since_timestamp_seconds", METRIC_GAUGE,
                                     "Since when the server above cannot be reached for such files; 0: it can be.",
                                     .sparse = false},
    [METRIC_POLICY_LAST_FAILURE] = {"rudder_relay_policy_fetch_last_failure_timestamp_seconds", METRIC_GAUGE,
                                    "When it could not be reached the last time; 0: never.", .sparse = false},
    /* Without a hub there are none of these. */
    [METRIC_HUB_WAITING] = {"rudder_relay_hub_waiting_nodes", METRIC_GAUGE,
                            "Nodes, and hubs of relays, that wait at the hub for an order.",
                            .printed_with = &hub_checked},
    [METRIC_HUB_SILENT] = {"rudder_relay_hub_longest_silence_seconds", METRIC_AGE,
                           "How long ago the node was heard of that has been silent for the longest, of those that "
                           "have waited since the hub was started.", .printed_with = &hub_checked},
    [METRIC_HUB_VANISHED] = {"rudder_relay_hub_vanished_total", METRIC_COUNTER,
                             "How often a node that had been waiting was gone for hub.vanished_after.",
                             .printed_with = &hub_checked},
    [METRIC_HUB_TURNED_AWAY] = {"rudder_relay_hub_turned_away_total", METRIC_COUNTER,
                                "Requests to wait that were told to come back later, by hub.admission_rate or "
                                "hub.max_waiting.", .printed_with = &hub_checked},
    [METRIC_HUB_OPEN_ORDERS] = {"rudder_relay_hub_orders", METRIC_GAUGE,
                                "Orders that not all their nodes have begun, or whose end is waited for.",
                                .printed_with = &hub_checked},
    [METRIC_HUB_ORDERS] = {"rudder_relay_hub_orders_total", METRIC_COUNTER,
                           "Orders by what became of them, counted for each node: taken from remote-run or the server "
                           "above, given to the node (again where it asks again), begun by it, expired.",
                           .labels = {LABEL("event", hub_orders)}, .printed_with = &hub_checked},
    [METRIC_HUB_CHECKED] = {"rudder_relay_hub_checked_timestamp_seconds", METRIC_GAUGE,
                            "When the hub told its figures last.", .printed_with = &hub_checked},
    /* Without virtual nodes there are none of these. */
    [METRIC_VIRTUAL_NODES] = {"rudder_relay_virtual_nodes", METRIC_GAUGE,
                              "Nodes without an agent that commands are run for.", .printed_with = &virtual_checked},
    [METRIC_VIRTUAL_RUNS] = {"rudder_relay_virtual_runs_total", METRIC_COUNTER,
                             "Runs of virtual nodes: the command has succeeded (ok), it has not, which its run log "
                             "says (failed), there is no run log (lost).",
                             .labels = {LABEL("result", virtual_runs)}, .printed_with = &virtual_checked},
    [METRIC_VIRTUAL_CHECKED] = {"rudder_relay_virtual_checked_timestamp_seconds", METRIC_GAUGE,
                                "When rudder-relay-virtual told its figures last.", .printed_with = &virtual_checked},
    /* Nor of these without syslog.enabled: they are not in the families of signed run logs above. */
    [METRIC_SYSLOG_LINES] = {"rudder_relay_syslog_lines_total", METRIC_COUNTER,
                             "Messages that rsyslog handed on, by what became of them: kept (taken), known already "
                             "(repeated), of a run that was ended before (late), from an address or for a node that "
                             "is not listed, no report (broken), beyond a limit of its run or node.",
                             .labels = {LABEL("result", syslog_lines)}, .printed_with = &syslog_checked},
    [METRIC_SYSLOG_GATHERED] = {"rudder_relay_syslog_gathered_total", METRIC_COUNTER,
                                "Runs that were put together of such messages, by why they were ended: by their end "
                                "report, by syslog.run_timeout, by a limit.",
                                .labels = {LABEL("end", syslog_ends)}, .printed_with = &syslog_checked},
    [METRIC_SYSLOG_UNDERWAY] = {"rudder_relay_syslog_runs_under_way", METRIC_GAUGE,
                                 "Runs whose messages are being gathered.", .printed_with = &syslog_checked},
    [METRIC_SYSLOG_DUE] = {"rudder_relay_syslog_due_timestamp_seconds", METRIC_GAUGE,
                           "When rudder-relay-syslog ends the next of these runs at the latest; 0: there is none. Long "
                           "ago: it does not run.", .printed_with = &syslog_checked},
    [METRIC_SYSLOG_RUNS] = {"rudder_relay_syslog_runs_total", METRIC_COUNTER,
                            "Runs that came by syslog by what became of them: stored (ok), refused (error), of an "
                            "unknown node (invalid), stored before (duplicate).",
                            .labels = {LABEL("status", syslog_runs)}, .printed_with = &syslog_checked},
    [METRIC_SYSLOG_RETRIES] = {"rudder_relay_syslog_retries_total", METRIC_COUNTER,
                               "How often such a run was put back to be tried again later.",
                               .printed_with = &syslog_checked},
    [METRIC_SYSLOG_FILES] = {"rudder_relay_syslog_spool_files", METRIC_GAUGE, "Such runs in their spool.",
                             .labels = {LABEL("state", spool_states)}, .printed_with = &syslog_checked},
    [METRIC_SYSLOG_BYTES] = {"rudder_relay_syslog_spool_bytes", METRIC_GAUGE, "Their size.",
                             .labels = {LABEL("state", spool_states)}, .printed_with = &syslog_checked},
    [METRIC_SYSLOG_OLDEST] = {"rudder_relay_syslog_spool_oldest_age_seconds", METRIC_AGE,
                              "Age of the oldest of them; 0 when there is none.",
                              .labels = {LABEL("state", spool_states)}, .printed_with = &syslog_checked},
    [METRIC_SYSLOG_CHECKED] = {"rudder_relay_syslog_spool_checked_timestamp_seconds", METRIC_GAUGE,
                               "When the forwarder looked at that spool last.",
                               .labels = {LABEL("state", spool_states)}, .printed_with = &syslog_checked},
};

_Static_assert(COUNT(endpoints) == RELAY_ENDPOINTS && COUNT(report_results) == RELAY_REPORT_RESULTS &&
                   COUNT(message_results) == RELAY_MESSAGE_RESULTS &&
                   COUNT(policy_fetches) == RELAY_POLICY_FETCH_RESULTS && COUNT(hub_orders) == RELAY_HUB_ORDER_EVENTS &&
                   COUNT(virtual_runs) == RELAY_VIRTUAL_RUN_RESULTS &&
                   COUNT(syslog_lines) == RELAY_SYSLOG_LINE_RESULTS && COUNT(syslog_ends) == RELAY_SYSLOG_ENDS &&
                   COUNT(syslog_runs) == RELAY_SYSLOG_RUN_RESULTS,
               "a label has the values of its enum");
_Static_assert(COUNT(request_bounds) <= METRIC_BOUNDS && COUNT(report_bounds) <= METRIC_BOUNDS &&
                   COUNT(size_bounds) <= METRIC_BOUNDS,
               "whoever has room for METRIC_BOUNDS has room for each");

const struct relay_metric_family *relay_metrics_family(enum relay_metric metric)
{
    return &families[metric];
}

size_t relay_metric_label_count(const struct relay_metric_label *label)
{
    return label->name != NULL ? label->count : 1;
}

bool relay_metric_is_histogram(const struct relay_metric_family *family)
{
    return family->bounds != NULL;
}

size_t relay_metric_series_cells(const struct relay_metric_family *family)
{
    return relay_metric_is_histogram(family) ? family->bound_count + 2 : 1;
}

static size_t family_cells(const struct relay_metric_family *family)
{
    return relay_metric_label_count(&family->labels[0]) * relay_metric_label_count(&family->labels[1]) *
           relay_metric_series_cells(family);
}

static size_t cells_before(enum relay_metric metric)
{
    size_t cells = 0;
    for (unsigned i = 0; i < (unsigned)metric; i++) {
        cells += family_cells(&families[i]);
    }
    return cells;
}

unsigned relay_metric_cell(enum relay_metric metric, size_t first, size_t second)
{
    const struct relay_metric_family *family = &families[metric];
    size_t series = first * relay_metric_label_count(&family->labels[1]) + second;
    return (unsigned)(cells_before(metric) + series * relay_metric_series_cells(family));
}

size_t relay_metrics_cells(void)
{
    return cells_before(METRICS);
}

/* FNV-1a, 64 bits */
static uint64_t relay_metrics_table_mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(1099511628211);
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++) {
        hash = relay_metrics_table_mix(hash, (unsigned char)*text);
    }
    return relay_metrics_table_mix(hash, 0);
}

uint64_t relay_metrics_fingerprint(void)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < METRICS; i++) {
        const struct relay_metric_family *family = &families[i];
        hash = relay_metrics_table_mix(mix_text(hash, family->name), family->type);
        for (size_t label = 0; label < METRIC_LABELS; label++) {
            for (size_t value = 0; value < family->labels[label].count; value++) {
                hash = mix_text(hash, family->labels[label].values[value]);
            }
        }
        for (size_t bound = 0; bound < family->bound_count; bound++) {
            hash = relay_metrics_table_mix(hash, family->bounds[bound]);
        }
    }
    return hash;
}

size_t relay_metrics_status(const struct relay_metric_label *label, int status)
{
    size_t value = 0;
    while (value < label->count - 1 && atoi(label->values[value]) != status) {
        value++;
    }
    return value;
}
