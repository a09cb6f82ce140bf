/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_parse: parses the content of a run log file into a struct runlog, in one pass over the bytes.
 *
 * Source: the grammar of PROTOCOL.md section 6, with the amendments of section 14. The time is linear in the size of
 * any input. Text is copied only where a field spans lines or needs U+FFFD, so the run log takes less than three times
 * the size of the content, plus some 70 bytes for each report.
 *
 * Broken parts are left out and counted, each with a log line, up to a limit. The run is refused (false, with the
 * reason) when no report can be read, when a report carries another node's id, or when it is beyond one of the limits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/runlog.h"
#include "util/err.h"

struct runlog_limits {
    size_t reports; /* log entries are counted, too */
    size_t bytes;   /* of all rows of the run, as they are sent to the database */
};

/* runlog: zeroed or cleared. info is copied in. content stays the caller's and must outlive the run log. On false the
 * run log is cleared. */
bool runlog_parse(struct runlog *runlog, const struct run_info *info, struct slice content,
                  const struct runlog_limits *limits, struct err *err);
