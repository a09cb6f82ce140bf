/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * activity_chart: what came in, was done and was refused in each of the last 60 minutes, as an inline SVG.
 *
 * What came in is an area, what was done a line, what was refused bars: they differ by shape, not by colour alone. The
 * drawing stretches to any width, so the words of its axes stand beside it in HTML; a reader of screens gets a summary.
 */
#pragma once

#include "system/health.h"
#include "util/buffer.h"

/* done: what "done" is called here, e.g. "Stored". */
void activity_chart_add(struct buffer *out, const struct activity *activity, const char *done);

/* The end of the axis: the smallest of 2, 4, 6, 8, 10, 20, 40, ... that is not below the largest value; 10^16 for
 * what is more. */
uint64_t activity_chart_scale(uint64_t largest);
