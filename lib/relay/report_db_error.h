/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_error: what a failure of the database means for the runs in hand. Part of report_db.
 *
 * Source: PostgreSQL's appendix "Error Codes"; PROTOCOL.md section 14, third row.
 *
 * Only FINAL and CONFLICT are certain to be a run's own fault. DOWN and LOST leave no run that could be tried. After
 * all others, report_db finds out by smaller transactions which runs fail, and stores the rest; what the failure of
 * those means only somebody can say who knows whether other runs are stored (forwarder/run_faults.h).
 */
#ifndef RELAY_REPORT_DB_ERROR_H
#define RELAY_REPORT_DB_ERROR_H

#include <stdbool.h>

#include "util/err.h"

enum report_db_error {
    REPORT_DB_ERROR_NONE,
    REPORT_DB_ERROR_FINAL,    /* the run breaks one of our own constraints, or holds what no PostgreSQL takes */
    REPORT_DB_ERROR_CONFLICT, /* final, but perhaps only since somebody was faster: look again */
    REPORT_DB_ERROR_DATA,     /* its data, as a trigger or a function of somebody's sees it */
    REPORT_DB_ERROR_UNSURE,   /* the run's or the database's: deadlock, memory, trigger, internal error, unknown */
    REPORT_DB_ERROR_SLOW,     /* it took too long, or waited too long for a lock */
    REPORT_DB_ERROR_SETUP, /* how the database is set up, or a full disk; never the run's, but others may go through */
    REPORT_DB_ERROR_DOWN,  /* the database is not usable by anybody, or not by us */
    REPORT_DB_ERROR_LOST,  /* the connection broke: the transaction may or may not be there */
};

enum { SQLSTATE_SIZE = 6 };

struct report_db_failure {
    enum report_db_error fault;
    char sqlstate[SQLSTATE_SIZE]; /* "" if it was not the server who said so */
    struct err reason;
};

/* For an error that a live connection reported. constraint: the one that the server names, or "". in_row: it was met
 * while a row was worked on (in COPY or in a trigger: the server gives a context), not in a statement of ours as such.
 * Unknown codes are UNSURE: nothing is lost by another try. */
enum report_db_error report_db_error_of(const char *sqlstate, const char *constraint, bool in_row);

#endif
