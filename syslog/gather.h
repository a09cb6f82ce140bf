/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gather: makes runs of messages. Messages come in batches. They are checked (sender, node, whether it is a report) and
 * kept in the store until their run is whole. Then the run is put into the spool of syslog.directory as an unsigned run
 * log, under the name <start>@<node id>.log. The forwarder takes it from there.
 *
 * A message that is refused is counted and logged, and is done for rsyslog, too: it need not send it again.
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

/* Adds a message to the batch. After true it survives the end of the program, however it ends, but not a loss of power:
 * only gather_commit answers for that. False with err when it is not kept. */
bool gather_add(struct gather *gather, struct slice line, struct err *err);

/* Brings the batch to the disk, each of its messages in the store or refused. It may be called at any time. False with
 * err when the store fails: the batch is kept, and nothing more is taken until it is in the store. */
bool gather_commit(struct gather *gather, struct err *err);

/* Counts a line that was too long to be read. */
void gather_too_long(struct gather *gather);

/* Ends the runs that are due. Returns when to call again, in clock_ms; INT64_MAX: after the next message. */
int64_t gather_end_due(struct gather *gather);
