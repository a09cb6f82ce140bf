/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db: runs into PostgreSQL, each whole or not at all and never twice.
 *
 * Source: PROTOCOL.md section 7. Several runs share a transaction: lock (advisory, per node and start, in one order),
 * look which are there already, take ids from the sequence, one binary COPY, the ReportsExecution rows, commit. When
 * the transaction fails for what may be one run's fault it is done again in halves, after a time-out run by run, so
 * that a run the database refuses costs only itself. A commit whose answer was lost is answered by the next attempt's
 * look.
 *
 * Committed means: on the server's disk, and on its synchronous standbys if it has some, whatever synchronous_commit
 * says for server, database or role. A run that is there already is held to the same before it counts as stored.
 *
 * One handle is one connection and belongs to one thread. A connection that broke is made anew by the next call.
 */
#ifndef RELAY_REPORT_DB_H
#define RELAY_REPORT_DB_H

#include <stdbool.h>
#include <stddef.h>

#include "relay/report_db_error.h"
#include "relay/runlog.h"
#include "util/buffer.h"
#include "util/err.h"

struct report_db;

enum report_db_outcome {
    REPORT_DB_STORED,
    REPORT_DB_DUPLICATE, /* was there already: as good as stored */
    REPORT_DB_REFUSED,   /* final for this run: constraint and data errors, or another run has its node and date */
    REPORT_DB_RETRY,     /* it failed alone; whose fault that is depends on the others: fault says of which kind */
    REPORT_DB_DOWN,      /* not tried to the end, since the database cannot be used now: unreachable, wrong password */
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
void report_db_free(struct report_db *db);

/* How long one statement may take, a lock it waits for included; 60 without. The server ends it then. */
void report_db_statement_timeout(struct report_db *db, unsigned seconds);

/* Is asked for the password before each connection, since it may have been changed meanwhile. It returns it (malloc),
 * or NULL with err: then the one from before stays. A password in the url wins. */
typedef char *report_db_password(const void *context, struct err *err);
void report_db_ask_password(struct report_db *db, report_db_password *ask, const void *context);

/* Once fd (an eventfd, the read end of a pipe) is readable, a database that does not answer is waited for no longer
 * than five seconds, not more than a minute. It is only polled, never read. -1 (the default): none. */
void report_db_stop_fd(struct report_db *db, int fd);

/* Sets outcome (and reason) of each run. If one is REPORT_DB_DOWN, all that were not stored before it are. */
void report_db_store(struct report_db *db, struct report_db_run *runs, size_t count);

/* Connects if needed and asks `SELECT 1`. */
bool report_db_probe(struct report_db *db, struct err *err);

/* Connects if needed and looks whether runs can be stored there, and are safe once they are: tables, rights, settings
 * with which a server that crashes loses what it has committed. False when it could not be asked, with err. Else
 * *complaints gets each complaint, with a line end; none: all is well. */
bool report_db_examine(struct report_db *db, struct buffer *complaints, struct err *err);

#endif
