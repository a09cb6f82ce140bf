/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sink_upstream: sends the files of some sources to the policy server above, as they are, several at a time.
 *
 * One thread runs all transfers and does nothing else. A file leaves the spool only after a 201 or 204;
 * upstream_answer.h says what other answers mean. While the upstream cannot be used, one file at a time is tried, once
 * a back-off step; the others wait in the spool. One log line says that this began and why, one that it is over.
 *
 *     sink_upstream.c      the thread: which file goes next, and when
 *     upstream_transfer.c  one file on its way
 *     upstream_answer.c    what an answer means for the file
 *     upstream_judge.c     what it means for the other files
 *     upstream_login.c     the passwords
 *     breaker.c            whether the upstream can be used
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "relay/relay_state.h"
#include "spool_source.h"
#include "util/backoff.h"
#include "util/err.h"

struct sink_upstream;

/* Serves those of the count sources whose output is the upstream. backoff: of the breakers. The caller keeps all
 * arguments. NULL with err. */
struct sink_upstream *sink_upstream_start(const struct relay_config *config, struct relay_state *state,
                                          const struct backoff *backoff, struct spool_source *sources, size_t count,
                                          struct err *err);

/* Reads the upstream's certificate and our passwords again, and tries an upstream that could not be used at once. */
void sink_upstream_reload(struct sink_upstream *sink);

/* Starts no more transfers. Those under way have some seconds to end, then they are cut off and their files stay. */
void sink_upstream_stop(struct sink_upstream *sink);

/* Waits for the end after sink_upstream_stop, no longer than until_ms (clock_ms), and frees the sink. False when it has
 * not ended: it hangs in the system's resolver, and only the end of the process ends it. Takes NULL. */
bool sink_upstream_join(struct sink_upstream *sink, int64_t until_ms);
