/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * refusals: logs the messages that were refused, with one line a minute for each reason at most, so that a flood of
 * messages does not flood the log. A line has the number since the line before, and an example.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "relay/relay_metrics.h"
#include "util/err.h"

struct refusal {
    size_t lines;       /* not told yet */
    int64_t told_ms;    /* clock_ms of the last line; 0: never */
    struct err example; /* of those not told, the first */
};

/* Zeroed at first. */
struct refusals {
    struct refusal each[RELAY_SYSLOG_LINE_RESULTS];
};

/* what: the example: an address, a node, or what is wrong. It may be outside input. */
void refusals_add(struct refusals *refusals, enum relay_syslog_line result, const char *what);

/* Tells what is due. *next_ms is made earlier if something is due later. */
void refusals_tell(struct refusals *refusals, int64_t now_ms, int64_t *next_ms);
