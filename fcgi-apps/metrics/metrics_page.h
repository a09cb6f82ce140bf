/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * metrics_page: the page for Prometheus: what is counted, and what is known only when somebody asks.
 */
#pragma once

#include "metrics/cert_stats.h"
#include "metrics/metrics_lines.h"
#include "metrics/process_stats.h"
#include "relay/relay_state.h"
#include "util/buffer.h"

struct metrics_now {
    uint64_t neighbours; /* rudder_relayd_managed_nodes_total */
    uint64_t sub_nodes;  /* rudder_relayd_sub_nodes_total */
    const char *version;
    const struct process_stats *process;   /* process_*; NULL: not known */
    const struct cert_stats *certificates; /* NULL: not known */
};

/* Appends the page. lines: one for all pages of a program. */
void metrics_page_add(struct metrics_lines *lines, const struct relay_state *state, const struct metrics_now *now,
                      struct buffer *out);
