/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/relay_metrics.h"

#include <time.h>

#include "relay/relay_metrics_table.h"

static void observe(struct relay_state *state, enum relay_metric metric, size_t first, size_t second, uint64_t value)
{
    const struct relay_metric_family *family = relay_metrics_family(metric);
    unsigned cell = relay_metric_cell(metric, first, second);
    size_t bucket = 0;
    while (bucket < family->bound_count && value > family->bounds[bucket]) {
        bucket++;
    }
    relay_state_add(state, cell + (unsigned)bucket, 1);
    relay_state_add(state, cell + (unsigned)family->bound_count + 1, value);
}

static void relay_metrics_count(struct relay_state *state, enum relay_metric metric, size_t first, size_t second,
                                uint64_t amount)
{
    relay_state_add(state, relay_metric_cell(metric, first, second), amount);
}

/* The index of the status in a family whose second label is the status. */
static size_t relay_metrics_status_of(enum relay_metric metric, int status)
{
    return relay_metrics_status(&relay_metrics_family(metric)->labels[1], status);
}

void relay_metrics_request(struct relay_state *state, enum relay_endpoint endpoint, int status, uint64_t microseconds)
{
    observe(state, METRIC_REQUEST_SECONDS, endpoint, relay_metrics_status_of(METRIC_REQUEST_SECONDS, status),
            microseconds);
}

const char *relay_metrics_endpoint_name(enum relay_endpoint endpoint)
{
    return relay_metrics_family(METRIC_REQUEST_SECONDS)->labels[0].values[endpoint];
}

void relay_metrics_upload(struct relay_state *state, enum relay_kind kind, int status, uint64_t bytes)
{
    relay_metrics_count(state, METRIC_UPLOADS, kind, relay_metrics_status_of(METRIC_UPLOADS, status), 1);
    relay_metrics_count(state, METRIC_UPLOAD_BYTES, kind, 0, bytes);
    if (status >= 500) {
        relay_state_count_activity(state, RELAY_ACTIVITY_TURNED_AWAY, time(NULL));
    }
}

void relay_metrics_report(struct relay_state *state, enum relay_report_result result)
{
    relay_metrics_count(state, METRIC_REPORTS, result, 0, 1);
}

void relay_metrics_report_processed(struct relay_state *state, uint64_t microseconds, uint64_t uncompressed_bytes)
{
    observe(state, METRIC_REPORT_SECONDS, 0, 0, microseconds);
    observe(state, METRIC_REPORT_BYTES, 0, 0, uncompressed_bytes);
}

void relay_metrics_inventory(struct relay_state *state, bool forwarded)
{
    relay_metrics_count(state, METRIC_INVENTORIES, forwarded ? 0 : 1, 0, 1);
}

void relay_metrics_message(struct relay_state *state, enum relay_message_result result)
{
    relay_metrics_count(state, METRIC_MESSAGES, result, 0, 1);
}

void relay_metrics_retry(struct relay_state *state, enum relay_kind kind)
{
    if (kind == RELAY_KIND_SYSLOG) {
        relay_metrics_count(state, METRIC_SYSLOG_RETRIES, 0, 0, 1);
    } else {
        relay_metrics_count(state, METRIC_RETRIES, kind, 0, 1);
    }
}

void relay_metrics_duplicate(struct relay_state *state)
{
    relay_metrics_count(state, METRIC_DUPLICATES, 0, 0, 1);
}

void relay_metrics_without_config_id(struct relay_state *state)
{
    relay_metrics_count(state, METRIC_WITHOUT_CONFIG_ID, 0, 0, 1);
}

void relay_metrics_failed_removed(struct relay_state *state, size_t files)
{
    relay_metrics_count(state, METRIC_FAILED_REMOVED, 0, 0, files);
}

/* metric: one of METRIC_SPOOL_*. What came by syslog has families of its own. */
static unsigned spool_cell(enum relay_metric metric, enum relay_kind kind, bool failed)
{
    return kind == RELAY_KIND_SYSLOG
               ? relay_metric_cell(metric - METRIC_SPOOL_FILES + METRIC_SYSLOG_FILES, failed, 0)
               : relay_metric_cell(metric, kind, failed);
}

void relay_metrics_set_spool(struct relay_state *state, enum relay_kind kind, bool failed,
                             const struct relay_spool_stats *stats)
{
    relay_state_set(state, spool_cell(METRIC_SPOOL_FILES, kind, failed), stats->sum.files);
    relay_state_set(state, spool_cell(METRIC_SPOOL_BYTES, kind, failed), stats->sum.bytes);
    relay_state_set(state, spool_cell(METRIC_SPOOL_OLDEST, kind, failed), (uint64_t)stats->sum.oldest);
    relay_state_set(state, spool_cell(METRIC_SPOOL_CHECKED, kind, failed), (uint64_t)stats->checked);
}

void relay_metrics_spool(const struct relay_state *state, enum relay_kind kind, bool failed,
                         struct relay_spool_stats *stats)
{
    *stats = (struct relay_spool_stats){
        .sum.files = relay_state_get(state, spool_cell(METRIC_SPOOL_FILES, kind, failed)),
        .sum.bytes = relay_state_get(state, spool_cell(METRIC_SPOOL_BYTES, kind, failed)),
        .sum.oldest = (int64_t)relay_state_get(state, spool_cell(METRIC_SPOOL_OLDEST, kind, failed)),
        .checked = (int64_t)relay_state_get(state, spool_cell(METRIC_SPOOL_CHECKED, kind, failed)),
    };
}

void relay_metrics_policy_fetch(struct relay_state *state, enum relay_policy_fetch result)
{
    relay_metrics_count(state, METRIC_POLICY_FETCHES, result, 0, 1);
}

void relay_metrics_policy_stale(struct relay_state *state)
{
    relay_metrics_count(state, METRIC_POLICY_STALE, 0, 0, 1);
}

void relay_metrics_policy_source(const struct relay_state *state, struct relay_policy_source *source)
{
    *source = (struct relay_policy_source){
        .failing_since = (int64_t)relay_state_get(state, relay_metric_cell(METRIC_POLICY_FAILING_SINCE, 0, 0)),
        .last_failure = (int64_t)relay_state_get(state, relay_metric_cell(METRIC_POLICY_LAST_FAILURE, 0, 0)),
    };
}

void relay_metrics_set_policy_source(struct relay_state *state, bool reached, int64_t now)
{
    struct relay_policy_source before;
    relay_metrics_policy_source(state, &before);
    if (!reached) {
        relay_state_set(state, relay_metric_cell(METRIC_POLICY_LAST_FAILURE, 0, 0), (uint64_t)now);
    }
    if (reached != (before.failing_since == 0)) {
        relay_state_set(state, relay_metric_cell(METRIC_POLICY_FAILING_SINCE, 0, 0), reached ? 0 : (uint64_t)now);
    }
}

void relay_metrics_hub_orders(struct relay_state *state, enum relay_hub_order event, size_t nodes)
{
    relay_metrics_count(state, METRIC_HUB_ORDERS, event, 0, nodes);
}

void relay_metrics_hub_vanished(struct relay_state *state, size_t nodes)
{
    relay_metrics_count(state, METRIC_HUB_VANISHED, 0, 0, nodes);
}

void relay_metrics_hub_turned_away(struct relay_state *state)
{
    relay_metrics_count(state, METRIC_HUB_TURNED_AWAY, 0, 0, 1);
}

void relay_metrics_set_hub(struct relay_state *state, const struct relay_hub_stats *stats)
{
    relay_state_set(state, relay_metric_cell(METRIC_HUB_WAITING, 0, 0), stats->waiting);
    relay_state_set(state, relay_metric_cell(METRIC_HUB_SILENT, 0, 0), (uint64_t)stats->silent_since);
    relay_state_set(state, relay_metric_cell(METRIC_HUB_OPEN_ORDERS, 0, 0), stats->orders);
    relay_state_set(state, relay_metric_cell(METRIC_HUB_CHECKED, 0, 0), (uint64_t)stats->checked);
}

void relay_metrics_hub(const struct relay_state *state, struct relay_hub_stats *stats)
{
    *stats = (struct relay_hub_stats){
        .waiting = relay_state_get(state, relay_metric_cell(METRIC_HUB_WAITING, 0, 0)),
        .silent_since = (int64_t)relay_state_get(state, relay_metric_cell(METRIC_HUB_SILENT, 0, 0)),
        .orders = relay_state_get(state, relay_metric_cell(METRIC_HUB_OPEN_ORDERS, 0, 0)),
        .checked = (int64_t)relay_state_get(state, relay_metric_cell(METRIC_HUB_CHECKED, 0, 0)),
    };
}

void relay_metrics_virtual_run(struct relay_state *state, enum relay_virtual_run result)
{
    relay_metrics_count(state, METRIC_VIRTUAL_RUNS, result, 0, 1);
}

void relay_metrics_set_virtual(struct relay_state *state, size_t nodes, int64_t now)
{
    relay_state_set(state, relay_metric_cell(METRIC_VIRTUAL_NODES, 0, 0), nodes);
    relay_state_set(state, relay_metric_cell(METRIC_VIRTUAL_CHECKED, 0, 0), (uint64_t)now);
}

void relay_metrics_virtual(const struct relay_state *state, struct relay_virtual_stats *stats)
{
    *stats = (struct relay_virtual_stats){
        .nodes = relay_state_get(state, relay_metric_cell(METRIC_VIRTUAL_NODES, 0, 0)),
        .checked = (int64_t)relay_state_get(state, relay_metric_cell(METRIC_VIRTUAL_CHECKED, 0, 0)),
    };
}

void relay_metrics_syslog_run(struct relay_state *state, enum relay_syslog_run result)
{
    relay_metrics_count(state, METRIC_SYSLOG_RUNS, result, 0, 1);
}

void relay_metrics_syslog_line(struct relay_state *state, enum relay_syslog_line result)
{
    relay_metrics_count(state, METRIC_SYSLOG_LINES, result, 0, 1);
}

void relay_metrics_syslog_gathered(struct relay_state *state, enum relay_syslog_end end)
{
    relay_metrics_count(state, METRIC_SYSLOG_GATHERED, end, 0, 1);
}

void relay_metrics_set_syslog(struct relay_state *state, const struct relay_syslog_stats *stats)
{
    relay_state_set(state, relay_metric_cell(METRIC_SYSLOG_UNDERWAY, 0, 0), stats->under_way);
    relay_state_set(state, relay_metric_cell(METRIC_SYSLOG_DUE, 0, 0), (uint64_t)stats->due);
}

void relay_metrics_syslog(const struct relay_state *state, struct relay_syslog_stats *stats)
{
    *stats = (struct relay_syslog_stats){
        .under_way = relay_state_get(state, relay_metric_cell(METRIC_SYSLOG_UNDERWAY, 0, 0)),
        .due = (int64_t)relay_state_get(state, relay_metric_cell(METRIC_SYSLOG_DUE, 0, 0)),
    };
}
