/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_plain: stores the rows of ReportsExecution, and reports as rows of the table RudderSysEvents, wherever it
 * is, but for those that are lines of a list in compact storage. Part of report_db.
 */
#pragma once

#include "relay/report_db_conn.h"
#include "relay/report_db_ids.h"
#include "relay/report_db_lookup.h"

/* Copies the new runs into the tables, and commits. */
bool report_db_plain_store(struct report_db_conn *conn, const struct report_db_finding *findings, size_t count,
                           const struct report_db_claim *claim, struct report_db_failure *failure);
