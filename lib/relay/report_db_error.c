/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_error.h"

#include <string.h>

struct meaning {
    const char *prefix; /* of the SQLSTATE: a class, or a whole code */
    enum report_db_error fault;
};

/* The first that fits counts: single codes stand before their class. */
static const struct meaning meanings[] = {
    {"23505", REPORT_DB_ERROR_CONFLICT}, /* unique violation */
    {"22P03", REPORT_DB_ERROR_DOWN},     /* binary form: a column has another type than we know */
    {"22P04", REPORT_DB_ERROR_DOWN},     /* bad COPY format: likewise */
    {"22", REPORT_DB_ERROR_FINAL},       /* data exception */
    {"23", REPORT_DB_ERROR_FINAL},       /* integrity constraint violation */
    {"44", REPORT_DB_ERROR_FINAL},       /* with check option violation */
    {"54", REPORT_DB_ERROR_FINAL},       /* program limit exceeded: a value too long for an index */
    {"P0", REPORT_DB_ERROR_FINAL},       /* raised by a trigger */
    {"57014", REPORT_DB_ERROR_SLOW},     /* query cancelled, by statement_timeout as a rule */
    {"55P03", REPORT_DB_ERROR_SLOW},     /* lock not available */
    {"08", REPORT_DB_ERROR_DOWN},        /* connection exception */
    {"0A", REPORT_DB_ERROR_DOWN},        /* feature not supported: not the database we expect */
    {"25006", REPORT_DB_ERROR_DOWN},     /* read-only: a standby, or an administrator's wish */
    {"28", REPORT_DB_ERROR_DOWN},        /* invalid authorization */
    {"3D", REPORT_DB_ERROR_DOWN},        /* no such database */
    {"3F", REPORT_DB_ERROR_DOWN},        /* no such schema */
    {"42", REPORT_DB_ERROR_DOWN},        /* missing table, column or privilege: set-up, never a run's fault */
    {"53100", REPORT_DB_ERROR_DOWN},     /* disk full */
    {"53300", REPORT_DB_ERROR_DOWN},     /* too many connections */
    {"57P", REPORT_DB_ERROR_DOWN},       /* shutting down, starting up, database dropped */
    {"58", REPORT_DB_ERROR_DOWN},        /* system error: input/output, missing file */
    {"XX", REPORT_DB_ERROR_DOWN},        /* internal error, corrupted data or index */
};

enum report_db_error report_db_error_of(const char *sqlstate)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (strncmp(sqlstate, meanings[i].prefix, strlen(meanings[i].prefix)) == 0) {
            return meanings[i].fault;
        }
    }
    return REPORT_DB_ERROR_PASSING;
}
