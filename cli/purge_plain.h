/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * purge_plain: removes old rows from the two tables as the web application made them.
 *
 * In small transactions, so that nobody waits long for a lock and nothing is lost when it is killed: what was committed
 * is gone, the next purge does the rest. A run goes whole, its ReportsExecution row and all its rows in one
 * transaction. Rows of runs without such a row (incomplete ones) go after that, then results and log entries of runs
 * that stay. A purge that is lost in a crash of the server is no loss either, so its commits do not wait for the disk.
 *
 * A statement that waits too long for a lock, or is the victim of a deadlock, is tried again a few times.
 *
 * With compact storage it removes what is stored as rows, and with a run what is left of it in lists; purge_compact
 * removes the rest.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "purge_limits.h"
#include "relay/report_db_conn.h"
#include "util/err.h"

struct purge_counts {
    int64_t runs;
    int64_t rows; /* of these runs, and of older ones without ReportsExecution row */
    int64_t results;
    int64_t logs;
};

/* compact: the database has compact storage. Connects with conn if needed. With dry_run it only counts, in one
 * transaction that reads. *counts says what was (or would be) removed, also when it fails on the way. */
bool purge_plain(struct report_db_conn *conn, bool compact, const struct purge_limits *limits, bool dry_run,
                 struct purge_counts *counts, struct err *err);
