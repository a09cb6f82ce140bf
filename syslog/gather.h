/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gather: from messages to runs. A message is checked (from where, for which node, is it a report), kept in the store
 * until its run is whole, and the run is put into the spool of syslog.directory as a run log that is not signed: text,
 * under the name <start>@<node id>.log, by rename. The forwarder takes it from there.
 *
 * What is left out is counted and said, and counts as done: rsyslog need not keep it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "util/err.h"
#include "util/slice.h"

struct gather;

/* NULL with err. config must outlive it. */
struct gather *gather_open(const struct relay_config *config, struct err *err);
void gather_close(struct gather *gather); /* takes NULL */

/* Takes a message. After true it outlives a power cut. False with err when that cannot be had: it does not count, and
 * rsyslog sends it again. */
bool gather_line(struct gather *gather, struct slice line, struct err *err);

/* Counts a line that was too long to be read. */
void gather_too_long(struct gather *gather);

/* Ends the runs that are due. Returns when to call again, in clock_ms; INT64_MAX: after the next message. */
int64_t gather_end_due(struct gather *gather);
