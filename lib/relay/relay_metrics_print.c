/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Prometheus text format, version 0.0.4:
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "relay/relay_metrics_table.h"
#include "util/process_figures.h"

enum { LABELS_SIZE = 128 };

/* Help texts and label values of the table have nothing to escape; the version is the only one from elsewhere. */
static void add_escaped(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            buffer_add_text(out, "\\n");
        } else {
            if (*text == '\\' || *text == '"') {
                buffer_add_text(out, "\\");
            }
            buffer_add(out, text, 1);
        }
    }
}

static void add_head(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_add_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_gauge(struct buffer *out, const char *name, const char *help, uint64_t value)
{
    add_head(out, name, "gauge", help);
    buffer_add_format(out, "%s %" PRIu64 "\n", name, value);
}

static void add_seconds(struct buffer *out, const char *name, const char *type, const char *help, double value)
{
    add_head(out, name, type, help);
    buffer_add_format(out, "%s %.3f\n", name, value);
}

/* `name="value",name="value"`, or nothing. */
static void format_labels(char *text, const struct relay_metric_family *family, size_t first, size_t second)
{
    const struct relay_metric_label *labels = family->labels;
    const size_t chosen[METRIC_LABELS] = {first, second};
    int len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < METRIC_LABELS && labels[i].name != NULL; i++) {
        len += snprintf(text + len, LABELS_SIZE - (size_t)len, "%s%s=\"%s\"", len > 0 ? "," : "", labels[i].name,
                        labels[i].values[chosen[i]]);
    }
}

static void add_value(struct buffer *out, const char *name, const char *suffix, const char *labels, uint64_t value)
{
    buffer_add_format(out, labels[0] != '\0' ? "%s%s{%s} " : "%s%s%s ", name, suffix, labels);
    buffer_add_number(out, value);
    buffer_add_text(out, "\n");
}

/* Of microseconds the seconds, with as many decimals as there are. */
static void add_in_unit(struct buffer *out, const struct relay_metric_family *family, uint64_t number)
{
    if (family->type != METRIC_HISTOGRAM_SECONDS) {
        buffer_add_number(out, number);
        return;
    }
    char decimals[] = ".000000";
    size_t len = 0; /* up to the last that is none of 0 */
    uint64_t rest = number % 1000000;
    for (size_t at = 6; at > 0; at--) {
        decimals[at] = (char)('0' + rest % 10);
        len = len == 0 && rest % 10 != 0 ? at + 1 : len;
        rest /= 10;
    }
    buffer_add_number(out, number / 1000000);
    buffer_add(out, decimals, len);
}

static void add_number(struct buffer *out, const struct relay_metric_family *family, const char *labels, uint64_t value)
{
    if (family->type == METRIC_AGE) {
        int64_t age = value != 0 ? time(NULL) - (int64_t)value : 0;
        value = age > 0 ? (uint64_t)age : 0;
    }
    add_value(out, family->name, "", labels, value);
}

/* All figures come from the buckets, so that they agree whoever counts meanwhile. */
static void add_histogram(struct buffer *out, const struct relay_state *state, const struct relay_metric_family *family,
                          const char *labels, unsigned cell)
{
    uint64_t sum = relay_state_get(state, cell + (unsigned)family->bound_count + 1);
    uint64_t total = 0;
    struct buffer bucket = {0};
    buffer_add_format(&bucket, "%s_bucket{%s%sle=\"", family->name, labels, labels[0] != '\0' ? "," : "");
    for (size_t i = 0; i <= family->bound_count; i++) {
        total += relay_state_get(state, cell + (unsigned)i);
        buffer_add(out, bucket.at, bucket.len);
        if (i < family->bound_count) {
            add_in_unit(out, family, family->bounds[i]);
        } else {
            buffer_add_text(out, "+Inf");
        }
        buffer_add_text(out, "\"} ");
        buffer_add_number(out, total);
        buffer_add_text(out, "\n");
    }
    buffer_free(&bucket);
    buffer_add_format(out, labels[0] != '\0' ? "%s_sum{%s} " : "%s_sum%s ", family->name, labels);
    add_in_unit(out, family, sum);
    buffer_add_text(out, "\n");
    add_value(out, family->name, "_count", labels, total);
}

static bool is_counted(const struct relay_state *state, const struct relay_metric_family *family, unsigned cell)
{
    for (unsigned i = 0; i < relay_metric_series_cells(family); i++) {
        if (relay_state_get(state, cell + i) != 0) {
            return true;
        }
    }
    return false;
}

static void add_series(struct buffer *out, const struct relay_state *state, enum relay_metric metric, size_t first,
                       size_t second)
{
    const struct relay_metric_family *family = relay_metrics_family(metric);
    unsigned cell = relay_metric_cell(metric, first, second);
    char labels[LABELS_SIZE];
    if (family->sparse && !is_counted(state, family, cell)) {
        return;
    }
    format_labels(labels, family, first, second);
    if (relay_metric_is_histogram(family)) {
        add_histogram(out, state, family, labels, cell);
    } else {
        add_number(out, family, labels, relay_state_get(state, cell));
    }
}

static void add_family(struct buffer *out, const struct relay_state *state, enum relay_metric metric)
{
    static const char *const types[] = {"counter", "gauge", "gauge", "histogram", "histogram"};
    const struct relay_metric_family *family = relay_metrics_family(metric);
    add_head(out, family->name, types[family->type], family->help);
    for (size_t first = 0; first < relay_metric_label_count(&family->labels[0]); first++) {
        for (size_t second = 0; second < relay_metric_label_count(&family->labels[1]); second++) {
            add_series(out, state, metric, first, second);
        }
    }
}

/* The first two names are those that dashboards know. They end as counters' names do and are none, so their type is
 * left open: promtool would complain of a gauge of this name. */
static void add_nodes(struct buffer *out, const struct relay_metrics_now *now)
{
    add_head(out, "rudder_relayd_managed_nodes_total", "untyped", "Nodes whose policy server this is. A gauge.");
    buffer_add_format(out, "rudder_relayd_managed_nodes_total %" PRIu64 "\n", now->neighbours);
    add_head(out, "rudder_relayd_sub_nodes_total", "untyped", "Nodes anywhere below this server. A gauge.");
    buffer_add_format(out, "rudder_relayd_sub_nodes_total %" PRIu64 "\n", now->sub_nodes);
}

static void add_peers(struct buffer *out, const struct relay_state *state)
{
    static const char *const names[RELAY_PEERS] = {"database", "upstream"};
    static const char *const states[] = {"unknown", "up", "down"};
    struct relay_peer_report reports[RELAY_PEERS];
    add_head(out, "rudder_relay_peer_state", "gauge",
             "1 for the state that the forwarder found the database or the upstream server in, else 0.");
    for (size_t peer = 0; peer < RELAY_PEERS; peer++) {
        relay_state_peer(state, (enum relay_peer)peer, &reports[peer]);
        for (size_t is = 0; is < sizeof states / sizeof *states; is++) {
            buffer_add_format(out, "rudder_relay_peer_state{peer=\"%s\",state=\"%s\"} %d\n", names[peer], states[is],
                              reports[peer].state == is);
        }
    }
    add_head(out, "rudder_relay_peer_checked_timestamp_seconds", "gauge", "When that was seen last; 0: never.");
    for (size_t peer = 0; peer < RELAY_PEERS; peer++) {
        buffer_add_format(out, "rudder_relay_peer_checked_timestamp_seconds{peer=\"%s\"} %" PRId64 "\n", names[peer],
                          reports[peer].checked);
    }
}

static void add_state(struct buffer *out, const struct relay_state *state, const struct relay_metrics_now *now)
{
    struct relay_last_error error;
    relay_state_last_error(state, &error);
    add_gauge(out, "rudder_relay_last_error_timestamp_seconds", "When the forwarder had its last error; 0: never.",
              (uint64_t)error.when);
    add_gauge(out, "rudder_relay_state_shared",
              "1 when the programs count together; 0 when the figures are the metrics program's own.",
              relay_state_shared(state));
    add_head(out, "rudder_relay_build_info", "gauge", "The version of the metrics program; always 1.");
    buffer_add_text(out, "rudder_relay_build_info{version=\"");
    add_escaped(out, now->version);
    buffer_add_text(out, "\"} 1\n");
}

static void add_process(struct buffer *out)
{
    struct process_figures process;
    if (!process_figures_read(&process)) {
        return;
    }
    add_seconds(out, "process_cpu_seconds_total", "counter", "CPU time of the metrics program.", process.cpu_seconds);
    add_seconds(out, "process_start_time_seconds", "gauge", "When the metrics program started.", process.start_seconds);
    add_gauge(out, "process_open_fds", "Open files of the metrics program.", process.open_fds);
    add_gauge(out, "process_max_fds", "How many it may have.", process.max_fds);
    add_gauge(out, "process_virtual_memory_bytes", "Address space of the metrics program.", process.virtual_bytes);
    add_gauge(out, "process_resident_memory_bytes", "Memory of the metrics program.", process.resident_bytes);
    add_gauge(out, "process_threads", "Threads of the metrics program.", process.threads);
}

void relay_metrics_print(const struct relay_state *state, const struct relay_metrics_now *now, struct buffer *out)
{
    for (size_t metric = 0; metric < METRICS; metric++) {
        add_family(out, state, (enum relay_metric)metric);
    }
    add_nodes(out, now);
    add_peers(out, state);
    add_state(out, state, now);
    add_process(out);
}
