/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * purge_compact: makes and drops the days of compact storage (sql/storage-compact.sql). Rows of ReportsExecution, and
 * those of reports that are stored as rows, are purge_plain's.
 *
 * All runs that arrived on one day (UTC) go at once: their partition is dropped when that day ended before the limit. A
 * partition is locked for that only for a moment: who waits too long for the lock gives up and tries again. Where
 * results go before their runs, those of runs that began before the limit and arrived after its day are removed in
 * small batches. At last go the lists of days that are dropped.
 *
 * It may be killed at any time; the next purge does the rest.
 */
#pragma once

#include <stdbool.h>

#include "purge_limits.h"
#include "relay/report_db_conn.h"
#include "util/err.h"

/* Makes the partitions of today and the next week. */
bool purge_compact_add_days(struct report_db_conn *conn, struct err *err);

/* Prints which days go; with dry_run it only says so. The lines of a run that are in lists are results, so that the
 * limit is that of the runs or of the results, whichever is later. */
bool purge_compact(struct report_db_conn *conn, const struct purge_limits *limits, bool dry_run, struct err *err);
