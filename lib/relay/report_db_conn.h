/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_conn: one connection on which nothing waits for ever. Part of report_db.
 *
 * Every call that waits gives up when the server makes no progress for a time, or soon after the stop descriptor became
 * readable; the connection is then closed. (The time is a little longer than statement_seconds, after which the server
 * gives up by itself, which leaves us the connection.) So it is whenever the failure is DOWN or LOST: whoever calls
 * report_db_conn_open next gets a new one, of several hosts perhaps another one.
 *
 * failure is filled when a call returns false or NULL.
 */
#ifndef RELAY_REPORT_DB_CONN_H
#define RELAY_REPORT_DB_CONN_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "relay/report_db.h"
#include "relay/report_db_conninfo.h"
#include "relay/report_db_error.h"
#include "util/slice.h"

struct report_db_conn {
    struct report_db_conninfo conninfo;
    PGconn *connection;               /* NULL when closed */
    int stop_fd;                      /* -1: none */
    unsigned statement_seconds;       /* after which the server is told to end a statement */
    bool commit_unsafe;               /* with the last commit the server gave up waiting for its standby */
    report_db_password *ask_password; /* NULL: the one of conninfo is always right */
    const void *ask_context;
};

/* The parameters of a query, in binary. */
struct report_db_values {
    const Oid *types;
    const struct slice *values;
    int count;
};

bool report_db_conn_open(struct report_db_conn *link, struct report_db_failure *failure);
void report_db_conn_close(struct report_db_conn *link);

/* One or several statements without parameters and without results of interest. */
bool report_db_conn_run(struct report_db_conn *link, const char *sql, struct report_db_failure *failure);

/* The same, and the last one's result, one text column, goes to *lines (may be NULL), a line a row. */
bool report_db_conn_lines(struct report_db_conn *link, const char *sql, struct buffer *lines,
                          struct report_db_failure *failure);

/* One statement; the result is binary and the caller's (PQclear). */
PGresult *report_db_conn_query(struct report_db_conn *link, const char *sql, const struct report_db_values *values,
                               struct report_db_failure *failure);

/* sql begins with a COPY FROM STDIN, other statements may follow it: they are run when the data is complete. */
bool report_db_conn_copy_begin(struct report_db_conn *link, const char *sql, struct report_db_failure *failure);
bool report_db_conn_copy_data(struct report_db_conn *link, struct slice data, struct report_db_failure *failure);
bool report_db_conn_copy_end(struct report_db_conn *link, struct report_db_failure *failure);

/* Ends a transaction that failed. What cannot be rolled back is closed. */
void report_db_conn_rollback(struct report_db_conn *link);

#endif
