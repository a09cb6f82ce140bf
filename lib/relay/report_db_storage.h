/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_storage: how the database stores reports at the moment (sql/storage-compact.sql says what compact storage
 * is). An administrator may switch at any time, and days end. So each transaction makes sure, with its first
 * statements, that it is as the database said at last, and asks again if it is not. If the storage is switched just
 * then, plain rows go through the view, and compact runs into tables that are still there: nothing is lost.
 * Part of report_db.
 */
#pragma once

#include <stdbool.h>

struct buffer;
struct report_db_conn;
struct report_db_failure;

enum report_db_storage {
    REPORT_DB_STORAGE_PLAIN,   /* RudderSysEvents is the web application's table, or a view that is not ours */
    REPORT_DB_STORAGE_VIEW,    /* RudderSysEvents is our view; all rows go into the table behind it */
    REPORT_DB_STORAGE_COMPACT, /* our view; what runs have in common is stored as lists */
};

/* SQL: makes the name RudderSysEvents mean the view until the transaction ends. A user named rudder_relay, as the docs
 * have one, has the schema of compact storage first in its search_path ("$user"), and there is the table behind the
 * view. It comes before whatever uses the name. */
#define REPORT_DB_STORAGE_PATH                                                                                         \
    "SELECT set_config('search_path', '\"' ||"                                                                         \
    " array_to_string(array_remove(current_schemas(false), 'rudder_relay'), '\",\"') || '\"', true)"                   \
    " WHERE current_schema() = 'rudder_relay';"

enum { REPORT_DB_DAY_SIZE = sizeof "2026-11-28" };

/* Sets conn->answer and conn->storage. If there is no partition for today it has the database make some; if that fails,
 * the storage is VIEW for now. */
bool report_db_storage_ask(struct report_db_conn *conn, struct report_db_failure *failure);

/* Has it been asked, with an answer that need not be asked for again? */
bool report_db_storage_is_known(const struct report_db_conn *conn);

/* Adds to sql the condition: the storage still is what the last call has found. */
void report_db_storage_add_unchanged(struct buffer *sql, const struct report_db_conn *conn);
