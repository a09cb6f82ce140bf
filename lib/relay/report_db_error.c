/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_error.h"

#include <string.h>

#include "util/slice.h"

struct meaning {
    const char *prefix; /* of the SQLSTATE: a class, or a whole code */
    enum report_db_error fault;
};

/* The first row that fits counts, so single codes come before their class. A code without a row is UNSURE. */
static const struct meaning meanings[] = {
    {"22007", REPORT_DB_ERROR_FINAL},  /* a date that PostgreSQL does not take */
    {"22008", REPORT_DB_ERROR_FINAL},  /* a date beyond the years it knows */
    {"22021", REPORT_DB_ERROR_FINAL},  /* bytes that are no text */
    {"22001", REPORT_DB_ERROR_SETUP},  /* a column is shorter than text */
    {"22003", REPORT_DB_ERROR_SETUP},  /* a column is narrower than our ids */
    {"22004", REPORT_DB_ERROR_SETUP},  /* a null where we send none: an added column or function */
    {"22023", REPORT_DB_ERROR_SETUP},  /* a setting that this server does not know */
    {"2200H", REPORT_DB_ERROR_SETUP},  /* the sequence is at its end */
    {"22P02", REPORT_DB_ERROR_SETUP},  /* a column has another type than text */
    {"22P03", REPORT_DB_ERROR_SETUP},  /* likewise, in the binary form */
    {"22P04", REPORT_DB_ERROR_SETUP},  /* the table has other columns */
    {"22P05", REPORT_DB_ERROR_SETUP},  /* the database is not in UTF-8 and lacks a character */
    {"22P07", REPORT_DB_ERROR_SETUP},  /* stored data of another version */
    {"22", REPORT_DB_ERROR_DATA},      /* other data exceptions: our statements raise none, an added trigger may */
    {"23", REPORT_DB_ERROR_SETUP},     /* integrity constraint violation of a constraint that is not ours */
    {"08", REPORT_DB_ERROR_DOWN},      /* connection exception */
    {"0A", REPORT_DB_ERROR_SETUP},     /* feature not supported: not the database we expect */
    {"0B", REPORT_DB_ERROR_SETUP},     /* transaction initiation */
    {"0L", REPORT_DB_ERROR_SETUP},     /* grantor */
    {"0P", REPORT_DB_ERROR_SETUP},     /* role */
    {"25006", REPORT_DB_ERROR_DOWN},   /* read-only: a standby, or an administrator's wish */
    {"28", REPORT_DB_ERROR_DOWN},      /* authorization */
    {"2B", REPORT_DB_ERROR_SETUP},     /* dependent privileges */
    {"3D", REPORT_DB_ERROR_DOWN},      /* no such database */
    {"3F", REPORT_DB_ERROR_SETUP},     /* no such schema */
    {"40", REPORT_DB_ERROR_UNSURE},    /* rolled back: deadlock, serialization */
    {"42", REPORT_DB_ERROR_SETUP},     /* missing table, column, function or privilege */
    {"44", REPORT_DB_ERROR_SETUP},     /* a view's check option: none of ours */
    {"53200", REPORT_DB_ERROR_UNSURE}, /* out of memory: perhaps only for one large run */
    {"53300", REPORT_DB_ERROR_DOWN},   /* too many connections */
    {"53", REPORT_DB_ERROR_SETUP},     /* full disk, limit of the configuration; a smaller run may still have room */
    {"54", REPORT_DB_ERROR_UNSURE},    /* program limit: a value too long for an index, ours or an added one */
    {"55P03", REPORT_DB_ERROR_SLOW},   /* lock not available */
    {"55P04", REPORT_DB_ERROR_UNSURE}, /* new value of an enum */
    {"55", REPORT_DB_ERROR_SETUP},     /* object not in the needed state */
    {"57014", REPORT_DB_ERROR_SLOW},   /* query cancelled, by statement_timeout as a rule */
    {"57", REPORT_DB_ERROR_DOWN},      /* shutting down, starting up, database dropped */
    {"58", REPORT_DB_ERROR_SETUP},     /* input/output, missing file: perhaps of some pages only */
    {"F0", REPORT_DB_ERROR_DOWN},      /* the server's configuration */
    {"HV", REPORT_DB_ERROR_SETUP},     /* foreign data wrapper: a partition elsewhere */
    {"P0", REPORT_DB_ERROR_UNSURE},    /* raised by a trigger */
    {"XX", REPORT_DB_ERROR_UNSURE},    /* internal error, corrupted data or index */
};

/* Is it one of our "no empty text" constraints, made by sql/20-tables.sql and by the web application and named by
 * PostgreSQL? For a row of a partition PostgreSQL gives the name of the parent's constraint. */
static bool is_own_check(const char *constraint)
{
    static const char *const own[] = {"ruddersysevents_nodeid_check", "ruddersysevents_directiveid_check",
                                      "ruddersysevents_ruleid_check", "ruddersysevents_reportid_check",
                                      "ruddersysevents_component_check"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(constraint, own[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Is it the primary key of ReportsExecution or of one of its partitions? A violation of the key of RudderSysEvents, on
 * the id, has another cause: the sequence is behind the table. */
static bool is_run_key(const char *constraint)
{
    return slice_starts_with(slice_from_str(constraint), "reportsexecution") &&
           slice_ends_with(slice_from_str(constraint), "_pkey");
}

/* Does the error mean that a table, column or right is missing? If our own statement needs it, it is missing for every
 * run. */
static bool is_lacking(const char *sqlstate)
{
    return strncmp(sqlstate, "42", 2) == 0 || strncmp(sqlstate, "3F", 2) == 0;
}

enum report_db_error report_db_error_of(const char *sqlstate, const char *constraint, bool in_row)
{
    if (!in_row && is_lacking(sqlstate)) {
        return REPORT_DB_ERROR_DOWN;
    }
    if (strcmp(sqlstate, "23505") == 0 && is_run_key(constraint)) {
        return REPORT_DB_ERROR_CONFLICT;
    }
    if (strcmp(sqlstate, "23514") == 0 && is_own_check(constraint)) {
        return REPORT_DB_ERROR_FINAL;
    }
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (strncmp(sqlstate, meanings[i].prefix, strlen(meanings[i].prefix)) == 0) {
            return meanings[i].fault;
        }
    }
    return REPORT_DB_ERROR_UNSURE;
}
