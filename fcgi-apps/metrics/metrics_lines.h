/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * metrics_lines: the lines of the metrics page with the counters (relay_metrics_table.h).
 *
 * Prometheus asks every few seconds, and nine tenths of a line are words that never change. The words are put together
 * when a series is printed for the first time, and copied from then on; the numbers are read each time.
 */
#pragma once

#include "relay/relay_metrics.h"
#include "util/buffer.h"

struct metrics_lines *metrics_lines_new(void);
void metrics_lines_free(struct metrics_lines *lines);

/* Appends every family with its series. */
void metrics_lines_add(struct metrics_lines *lines, const struct relay_state *state, struct buffer *out);

/* Appends the header of a family, which comes before its series. */
void metrics_lines_head(struct buffer *out, const char *name, const char *type, const char *help);
