/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_storage: how the database stores reports at the moment (sql/storage-compact.sql says what compact storage
 * is). An administrator may switch at any time, so each transaction asks before it begins; where there is no compact
 * storage at all it asks together with its first statements, which costs less. If the storage is switched just then,
 * plain rows go through the view, and compact runs into tables that are still there: nothing is lost.
 * Part of report_db.
 */
#pragma once

#include <stdbool.h>

struct report_db_conn;
struct report_db_failure;

enum report_db_storage {
    REPORT_DB_STORAGE_PLAIN,   /* RudderSysEvents is the web application's table, or a view that is not ours */
    REPORT_DB_STORAGE_VIEW,    /* RudderSysEvents is our view; all rows go into the table behind it */
    REPORT_DB_STORAGE_COMPACT, /* our view; what runs have in common is stored as lists */
};

enum { REPORT_DB_DAY_SIZE = sizeof "2026-11-28" };

/* Sets conn->storage and, with COMPACT, conn->day: the day of the partition for new runs. If there is no partition for
 * today it has the database make some; if that fails, the storage is VIEW for now. */
bool report_db_storage_ask(struct report_db_conn *conn, struct report_db_failure *failure);

/* SQL: is the storage still what the last call has found? Only that there is no compact storage can be told so. */
const char *report_db_storage_unchanged(const struct report_db_conn *conn);
