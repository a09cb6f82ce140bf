/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_conninfo: the configuration's url and password as libpq wants them, with our defaults. Part of report_db.
 *
 * url is any libpq URL or `key=value` text, of several hosts too. Settings that it leaves out are added: the password
 * (an empty one counts as none), a time-out for connecting, keepalives (a peer that vanished is noticed within a
 * minute). The client encoding is always UTF-8, because run logs are.
 *
 * Reasons never contain a part of a url that might be a password.
 */
#pragma once

#include "util/err.h"

struct report_db_conninfo {
    char **keywords; /* both end with NULL, for PQconnectdbParams */
    char **values;
    char **password; /* the element of values for the password; NULL when the url has one */
};

bool report_db_conninfo_make(struct report_db_conninfo *conninfo, const char *url, const char *password,
                             const char *application_name, struct err *err);
/* Sets the password and takes it over (malloc). No effect when the url has one. */
void report_db_conninfo_set_password(struct report_db_conninfo *conninfo, char *password);

/* How many hosts the url names. */
unsigned report_db_conninfo_hosts(const struct report_db_conninfo *conninfo);
/* From now on libpq begins with the second of the hosts, and tries the first one last. */
void report_db_conninfo_next_host(struct report_db_conninfo *conninfo);

void report_db_conninfo_free(struct report_db_conninfo *conninfo);
