/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db: stores runs in PostgreSQL, each whole or not at all and never twice.
 *
 * Source: PROTOCOL.md section 7. Several runs share a transaction: lock (advisory, per node and start, in one order),
 * claim ids above the highest (report_db_ids.h), find out which runs are there already and add the ReportsExecution
 * rows of the others, one binary COPY, commit in the order of the ids, advance the sequence. When the transaction fails
 * and one run may be the cause, it is repeated in halves (after a time-out: run by run), so that a run which the
 * database refuses does not stop the others. If the answer to a commit is lost, the next attempt finds out whether the
 * runs are there. A run is recognised by one of its reports (runlog_identity).
 *
 * Committed means: on the server's disk, and on its synchronous standbys if it has some, whatever synchronous_commit
 * says for server, database or role. The same is ensured for a run that is already there before it counts as stored.
 *
 * One handle is one connection and belongs to one thread. The next call replaces a broken connection.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/report_db_error.h"
#include "relay/report_lists.h"
#include "relay/runlog.h"
#include "util/buffer.h"
#include "util/err.h"

struct report_db;

enum report_db_outcome {
    REPORT_DB_STORED,
    REPORT_DB_DUPLICATE, /* was there already, which is as good as stored */
    REPORT_DB_REFUSED,   /* final for this run: a constraint or data error, or another run has its node and date */
    REPORT_DB_RETRY,     /* it failed alone, by its own or the database's fault: see `fault` */
    REPORT_DB_DOWN,      /* not finished: the database cannot be used now (unreachable, wrong password) */
};

struct report_db_run {
    const struct runlog *runlog; /* after skip_event_types */
    enum report_db_outcome outcome;
    enum report_db_error fault; /* with RETRY: DATA, UNSURE, SLOW, SETUP; with DOWN: DOWN, SLOW, or LOST when the
                                 * connection broke with it in hand, perhaps by its doing */
    struct err reason;          /* for the last three */
};

/* url and password as in the configuration; the password is used for what the url does not say. Does not connect yet.
 * application_name is shown in pg_stat_activity. NULL with err on a malformed url. */
struct report_db *report_db_new(const char *url, const char *password, const char *application_name, struct err *err);
void report_db_free(struct report_db *db); /* takes NULL */

/* Sets how long one statement may take, including waiting for locks; then the server ends it. The default is 60. */
void report_db_statement_timeout(struct report_db *db, unsigned seconds);

/* Called for the password before each connection, because the password may have changed. Returns it (malloc), or NULL
 * with err: then the previous one is used. A password in the url takes precedence. */
typedef char *report_db_password(const void *context, struct err *err);
void report_db_ask_password(struct report_db *db, report_db_password *ask, const void *context);

/* Compact storage is used where the database has it, unless the storage is plain_only. lists (not owned): the
 * connections of a process share a cache. */
void report_db_plain_only(struct report_db *db, bool plain_only);
void report_db_share_lists(struct report_db *db, struct report_lists *lists);

/* Once fd (an eventfd, the read end of a pipe) is readable, a database that does not answer is awaited for five seconds
 * instead of more than a minute. fd is only polled, never read. -1 (the default): none. */
void report_db_stop_fd(struct report_db *db, int fd);

/* Stores the runs and sets the outcome (and reason) of each. If one is REPORT_DB_DOWN, so are all that were not stored
 * before it. */
void report_db_store(struct report_db *db, struct report_db_run *runs, size_t count);

/* Connects if needed and asks `SELECT 1`. */
bool report_db_probe(struct report_db *db, struct err *err);

/* Connects if needed and checks whether runs can be stored there safely: tables, rights, and settings with which a
 * crashing server would lose committed data. False with err when the database could not be asked. Otherwise *complaints
 * gets each complaint, ended by a line end; it stays empty when all is well. */
bool report_db_examine(struct report_db *db, struct buffer *complaints, struct err *err);

/* The same for what is right but slow: indexes that the web application's statements gain the most from (the `helping`
 * ones of sql/25-missing-indexes.sql). */
bool report_db_hint(struct report_db *db, struct buffer *hints, struct err *err);

/* Connects if needed. *compact: new runs go into compact storage. */
bool report_db_is_compact(struct report_db *db, bool *compact, struct err *err);
