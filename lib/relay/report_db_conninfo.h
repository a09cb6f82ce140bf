/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_conninfo: the configuration's url and password as libpq wants them, with our defaults. Part of report_db.
 *
 * url is any libpq URL or `key=value` text, of several hosts too. What it does not say is added: the password (an
 * empty one counts as none), a
 * time-out for connecting, keepalives (a peer that vanished is noticed within a minute),
 * target_session_attrs=read-write where there are several hosts. The client encoding is always UTF-8: that is what a
 * run log is.
 *
 * Reasons never hold a part of a url in which a password might be hidden.
 */
#ifndef RELAY_REPORT_DB_CONNINFO_H
#define RELAY_REPORT_DB_CONNINFO_H

#include "util/err.h"

struct report_db_conninfo {
    char **keywords; /* both end with NULL, for PQconnectdbParams */
    char **values;
    char **password; /* the one of values that is ours to change; NULL when the url has one */
};

bool report_db_conninfo_make(struct report_db_conninfo *conninfo, const char *url, const char *password,
                             const char *application_name, struct err *err);
/* Takes the password (malloc). It is of no effect when the url has one. */
void report_db_conninfo_set_password(struct report_db_conninfo *conninfo, char *password);

void report_db_conninfo_free(struct report_db_conninfo *conninfo);

#endif
