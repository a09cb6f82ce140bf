/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_parse: the content of a run log file to a struct runlog, in one pass over the bytes.
 *
 * Source: the grammar of PROTOCOL.md section 6, with the amendments of section 14. Time is linear in the input whatever
 * the input; text is copied only where a field spans lines or needs U+FFFD, so that the run log takes less than three
 * times the memory of the content, and what its reports take beside (some 70 bytes each).
 *
 * What is broken is left out and counted, with a log line each up to a limit; the run is refused (false, with the
 * reason) when no report can be read, when a report carries another node's id, or when it is beyond one of the limits.
 */
#ifndef RELAY_RUNLOG_PARSE_H
#define RELAY_RUNLOG_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "relay/runlog.h"
#include "util/err.h"

struct runlog_limits {
    size_t reports; /* log entries are counted, too */
    size_t bytes;   /* of all rows that the run becomes in the database, as they are sent to it */
};

/* runlog: zeroed or cleared. info is copied in. content stays the caller's and must outlive the run log. On false the
 * run log is cleared. */
bool runlog_parse(struct runlog *runlog, const struct run_info *info, struct slice content,
                  const struct runlog_limits *limits, struct err *err);

#endif
