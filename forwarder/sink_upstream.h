/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sink_upstream: brings the files of some lanes to the policy server above, as they are, several at a time.
 *
 * One thread has all transfers and does nothing else. A file leaves the spool only after a 2xx (upstream_answer.h says
 * what other answers mean). While the upstream cannot be used one file at a time tries, once a back-off step; the
 * others wait in the spool, whatever their number. One log line says that it began and why, one that it is over.
 *
 *     sink_upstream.c      the thread, which file goes next, when none may
 *     upstream_transfer.c  one file on its way
 *     upstream_answer.c    what an answer means
 *     gate.c               when one may go
 */
#ifndef RELAY_FORWARDER_SINK_UPSTREAM_H
#define RELAY_FORWARDER_SINK_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lane.h"
#include "relay/relay_config.h"
#include "relay/relay_state.h"
#include "util/backoff.h"
#include "util/err.h"

struct sink_upstream;

/* What it needs; all of it outlives it. */
struct sink_upstream_needs {
    const struct relay_config *config;
    struct relay_state *state;
    const struct backoff *retry;  /* of one file */
    const struct backoff *outage; /* of the upstream */
};

/* Takes the lanes whose output is upstream, of all those there are. NULL with err. */
struct sink_upstream *sink_upstream_start(const struct sink_upstream_needs *needs, struct lane *lanes, size_t count,
                                          struct err *err);

/* The upstream's certificate may be another one, and whatever was wrong with it mended: it is tried at once. */
void sink_upstream_reload(struct sink_upstream *sink);

/* Starts no transfer any more; those in hand have some seconds to end, then they are cut off and their files stay. */
void sink_upstream_stop(struct sink_upstream *sink);

/* Waits for the end after that, no longer than until_ms (clock_ms), and frees it. False when it has not ended: it
 * waits for the system's resolver, and only the end of the process ends it. Takes NULL. */
bool sink_upstream_join(struct sink_upstream *sink, int64_t until_ms);

#endif
