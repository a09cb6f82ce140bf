/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_error: what a failure of the database means for the runs of a batch. Part of report_db.
 *
 * Source: PostgreSQL's appendix "Error Codes"; PROTOCOL.md section 14, third row.
 *
 * Only FINAL and CONFLICT are certainly a run's own fault. After DOWN and LOST no run can be tried. After all other
 * errors report_db finds out by smaller transactions which runs fail, and stores the rest. What the failure of those
 * runs means depends on whether other runs are stored, which forwarder/run_faults.h keeps track of.
 */
#pragma once

#include <stdbool.h>

#include "util/err.h"

enum report_db_error {
    REPORT_DB_ERROR_NONE,
    REPORT_DB_ERROR_FINAL,    /* the run violates one of our own constraints, or has data that no PostgreSQL takes */
    REPORT_DB_ERROR_CONFLICT, /* final, but perhaps only because another session was faster: try again */
    REPORT_DB_ERROR_DATA,     /* an added trigger or function refuses its data */
    REPORT_DB_ERROR_UNSURE,   /* fault of the run or the database: deadlock, memory, trigger, internal error, unknown */
    REPORT_DB_ERROR_SLOW,     /* it took too long, or waited too long for a lock */
    REPORT_DB_ERROR_SETUP,    /* the database's setup or a full disk; never the run's fault, but others may succeed */
    REPORT_DB_ERROR_DOWN,     /* the database cannot be used at all, or not by us */
    REPORT_DB_ERROR_LOST,     /* the connection broke: the transaction may or may not be committed */
};

enum { SQLSTATE_SIZE = 6 };

struct report_db_failure {
    enum report_db_error fault;
    char sqlstate[SQLSTATE_SIZE]; /* "" if the error did not come from the server */
    struct err reason;
};

/* Classifies an error that a live connection reported. constraint: the name that the server gives, or "". in_row: it
 * occurred while processing a row (in COPY or in a trigger: the server gives a context), not in our statement itself.
 * Unknown codes are UNSURE, because another try does no harm. */
enum report_db_error report_db_error_of(const char *sqlstate, const char *constraint, bool in_row);
