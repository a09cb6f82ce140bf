/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_error: what a failure of the database means for the runs in hand. Part of report_db.
 *
 * Source: PostgreSQL's appendix "Error Codes"; PROTOCOL.md section 14, third row.
 */
#ifndef RELAY_REPORT_DB_FAULT_H
#define RELAY_REPORT_DB_FAULT_H

#include "util/err.h"

enum report_db_error {
    REPORT_DB_ERROR_NONE,
    REPORT_DB_ERROR_FINAL,    /* what was sent is refused: constraint, data, limit or trigger */
    REPORT_DB_ERROR_CONFLICT, /* final, but perhaps only since somebody was faster: look again (23505) */
    REPORT_DB_ERROR_PASSING,  /* may go well at once with less in hand: deadlock, serialization, memory */
    REPORT_DB_ERROR_SLOW,     /* took too long; trying again at once would only take as long again */
    REPORT_DB_ERROR_DOWN,     /* the database is not usable, or not set up for us: no run is to blame */
    REPORT_DB_ERROR_LOST,     /* the connection broke: the transaction may or may not be there */
};

enum { SQLSTATE_SIZE = 6 };

struct report_db_failure {
    enum report_db_error fault;
    char sqlstate[SQLSTATE_SIZE]; /* "" if it was not the server who said so */
    struct err reason;
};

/* For an error that a live connection reported. Unknown codes are passing: nothing is lost by another try. */
enum report_db_error report_db_error_of(const char *sqlstate);

#endif
