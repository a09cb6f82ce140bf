/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_compact: stores runs in compact storage (sql/storage-compact.sql): a row for each run that refers to a
 * list, and the reports that are not in the list as rows of their own. Part of report_db.
 *
 * New lists are committed before the transaction that refers to them begins: in it, two forwarders that learn the
 * same list would wait for each other, as they also do for the order of their ids (report_db_ids.h). A list that
 * nobody refers to does no harm. The row of a run is only inserted together with a look at its list, whose table
 * then stays as it is until the commit. If a list is not there (another database, a purge), the cache is emptied and
 * the transaction fails as UNSURE: the next attempt makes the list.
 */
#pragma once

#include "relay/report_db_conn.h"
#include "relay/report_db_lookup.h"

/* Before the transaction begins: plans how each run is stored, as item->plan (NULL: as rows), and stores new lists. The
 * plans are valid until the next call. */
bool report_db_compact_prepare(struct report_db_conn *conn, struct report_db_item **items, size_t count,
                               struct report_db_failure *failure);

/* In the transaction: adds the rows of those new runs that have a plan. */
bool report_db_compact_store(struct report_db_conn *conn, const struct report_db_finding *findings, size_t count,
                             struct report_db_failure *failure);
