/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Prometheus text format, version 0.0.4:
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
#include <inttypes.h>

#include "metrics/metrics_page.h"

/* Only the version is escaped: help texts and label values of the table have nothing to escape. */
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

static void end_sample(struct buffer *out, uint64_t value)
{
    buffer_add_number(out, value);
    buffer_add_text(out, "\n");
}

static void metrics_page_add_number(struct buffer *out, const char *name, const char *type, const char *help,
                                           uint64_t value)
{
    metrics_lines_head(out, name, type, help);
    buffer_add_texts(out, (const char *const[]){name, " ", NULL});
    end_sample(out, value);
}

static void add_gauge(struct buffer *out, const char *name, const char *help, uint64_t value)
{
    metrics_page_add_number(out, name, "gauge", help, value);
}

static void add_seconds(struct buffer *out, const char *name, const char *type, const char *help, double value)
{
    metrics_lines_head(out, name, type, help);
    buffer_add_format(out, "%s %.3f\n", name, value);
}

/* Dashboards know the first two names. They end like the names of counters but are gauges, so their type is left open:
 * promtool rejects a gauge of such a name. */
static void metrics_page_add_nodes(struct buffer *out, const struct metrics_now *now)
{
    metrics_page_add_number(out, "rudder_relayd_managed_nodes_total", "untyped",
                                   "Nodes whose policy server this is. A gauge.", now->neighbours);
    metrics_page_add_number(out, "rudder_relayd_sub_nodes_total", "untyped",
                                   "Nodes anywhere below this server. A gauge.", now->sub_nodes);
}

static void add_peers(struct buffer *out, const struct relay_state *state)
{
    static const char *const names[RELAY_PEERS] = {"database", "upstream"};
    static const char *const states[] = {"unknown", "up", "down"};
    struct relay_peer_report reports[RELAY_PEERS];
    metrics_lines_head(out, "rudder_relay_peer_state", "gauge",
                       "1 for the state that the forwarder found the database or the upstream server in, else 0.");
    for (size_t peer = 0; peer < RELAY_PEERS; peer++) {
        relay_state_peer(state, (enum relay_peer)peer, &reports[peer]);
        for (size_t is = 0; is < sizeof states / sizeof *states; is++) {
            const char *const line[] = {"rudder_relay_peer_state{peer=\"", names[peer], "\",state=\"", states[is],
                                        reports[peer].state == is ? "\"} 1\n" : "\"} 0\n", NULL};
            buffer_add_texts(out, line);
        }
    }
    metrics_lines_head(out, "rudder_relay_peer_checked_timestamp_seconds", "gauge",
                       "When that was seen last; 0: never.");
    for (size_t peer = 0; peer < RELAY_PEERS; peer++) {
        buffer_add_format(out, "rudder_relay_peer_checked_timestamp_seconds{peer=\"%s\"} %" PRId64 "\n", names[peer],
                          reports[peer].checked);
    }
}

static void add_state(struct buffer *out, const struct relay_state *state, const struct metrics_now *now)
{
    struct relay_last_error error;
    relay_state_last_error(state, &error);
    add_gauge(out, "rudder_relay_last_error_timestamp_seconds", "When the forwarder had its last error; 0: never.",
              (uint64_t)error.when);
    add_gauge(out, "rudder_relay_state_shared",
              "1 when the programs count together; 0 when the figures are the metrics program's own.",
              relay_state_shared(state));
    metrics_lines_head(out, "rudder_relay_build_info", "gauge", "The version of the metrics program; always 1.");
    buffer_add_text(out, "rudder_relay_build_info{version=\"");
    add_escaped(out, now->version);
    buffer_add_text(out, "\"} 1\n");
}

static void add_process(struct buffer *out, const struct process_stats *process)
{
    add_seconds(out, "process_cpu_seconds_total", "counter", "CPU time of the metrics program.", process->cpu_seconds);
    add_seconds(out, "process_start_time_seconds", "gauge", "When the metrics program started.",
                process->start_seconds);
    add_gauge(out, "process_open_fds", "Open files of the metrics program.", process->open_fds);
    add_gauge(out, "process_max_fds", "How many it may have.", process->max_fds);
    add_gauge(out, "process_virtual_memory_bytes", "Address space of the metrics program.", process->virtual_bytes);
    add_gauge(out, "process_resident_memory_bytes", "Memory of the metrics program.", process->resident_bytes);
    add_gauge(out, "process_threads", "Threads of the metrics program.", process->threads);
}

void metrics_page_add(struct metrics_lines *lines, const struct relay_state *state,
                         const struct metrics_now *now, struct buffer *out)
{
    metrics_lines_add(lines, state, out);
    metrics_page_add_nodes(out, now);
    add_peers(out, state);
    add_state(out, state, now);
    if (now->certificates != NULL) {
        cert_stats_add(now->certificates, out);
    }
    if (now->process != NULL) {
        add_process(out, now->process);
    }
}
