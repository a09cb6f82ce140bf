/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * refusals: tells in the log what messages were left out, at most once a minute for each reason: who floods the relay
 * does not flood its log. Each line has the number since the one before, and an example.
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

/* what: for RELAY_SYSLOG_LINE_NETWORK the address, else the node, or what is wrong; outside input is fine. */
void refusals_add(struct refusals *refusals, enum relay_syslog_line result, const char *what);

/* Tells what is due. *next_ms is made earlier if something is due later. */
void refusals_tell(struct refusals *refusals, int64_t now_ms, int64_t *next_ms);
