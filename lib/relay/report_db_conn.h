/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_conn: one connection, with a time limit for every wait. Part of report_db.
 *
 * Every call that waits gives up when the server makes no progress for a time, or soon after the stop descriptor became
 * readable; the connection is then closed. (The time is a little longer than statement_seconds, so that normally the
 * server gives up first and the connection stays usable.) The connection is also closed whenever the failure is DOWN or
 * LOST: the next report_db_conn_open makes a new one, perhaps to another of several hosts.
 *
 * failure is filled when a call returns false or NULL.
 */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>

#include "relay/report_db.h"
#include "relay/report_db_conninfo.h"
#include "relay/report_db_error.h"
#include "relay/report_db_storage.h"
#include "relay/report_lists.h"
#include "util/slice.h"

struct report_db_conn {
    struct report_db_conninfo conninfo;
    PGconn *connection;               /* NULL when closed */
    int stop_fd;                      /* -1: none */
    unsigned statement_seconds;       /* the server ends a statement after this time */
    bool hurried;                     /* gives up a silent server early: another host may do */
    bool commit_unsafe;               /* at the last commit the server stopped waiting for its standby */
    report_db_password *ask_password; /* NULL: the password in conninfo never changes */
    const void *ask_context;
    bool plain_only; /* compact storage is not used */
    enum report_db_storage storage;
    char answer[REPORT_DB_DAY_SIZE]; /* of report_db_storage_ask; with COMPACT: the day of the partition for new runs */
    struct report_lists *lists;      /* not owned */
    struct arena plans;              /* what report_db_compact_prepare has made */
};

/* The parameters of a query, in binary. */
struct report_db_values {
    const Oid *types;
    const struct slice *values;
    int count;
};

/* Connects unless connected. Where the url names several hosts, the one is found that takes writes. libpq could look
 * for it by itself (target_session_attrs), but it believes what it is told at the login, and a pooler tells what was so
 * when it logged in: before a fail-over, perhaps, or before the server behind it died. */
bool report_db_conn_open(struct report_db_conn *conn, struct report_db_failure *failure);
void report_db_conn_close(struct report_db_conn *conn);

/* Runs one or several statements without parameters. Their results are ignored. */
bool report_db_conn_run(struct report_db_conn *conn, const char *sql, struct report_db_failure *failure);

/* The same, but the result of the last statement, one text column, is added to *lines (may be NULL), one line for each
 * row. */
bool report_db_conn_lines(struct report_db_conn *conn, const char *sql, struct buffer *lines,
                          struct report_db_failure *failure);

/* Runs one statement. The result is binary; the caller frees it (PQclear). */
PGresult *report_db_conn_query(struct report_db_conn *conn, const char *sql, const struct report_db_values *values,
                               struct report_db_failure *failure);

/* The best size of data for COPY. libpq puts a type and a length before it, 5 bytes, and sends at once what is a
 * multiple of 8 KiB (PQputCopyData, pqPutMsgEnd). So one system call sends all of it. */
enum { REPORT_DB_CONN_PIECE = (64 << 10) - 5 };

/* Begins a COPY. sql starts with COPY FROM STDIN. Statements after it are run when the data is complete, up to the next
 * COPY FROM STDIN, which is then begun. */
bool report_db_conn_copy_begin(struct report_db_conn *conn, const char *sql, struct report_db_failure *failure);
bool report_db_conn_copy_data(struct report_db_conn *conn, struct slice data, struct report_db_failure *failure);
bool report_db_conn_copy_end(struct report_db_conn *conn, struct report_db_failure *failure);

/* Says in *failure what has failed, and libpq's message on it ("": there is none), in one line. Returns false. */
bool report_db_conn_fail(struct report_db_failure *failure, enum report_db_error fault, const char *what,
                         const char *message);

/* Rolls back a failed transaction. Closes the connection if that fails. */
void report_db_conn_rollback(struct report_db_conn *conn);
