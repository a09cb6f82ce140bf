/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * made_database: a real PostgreSQL with Rudder's tables, for unit tests, by tests/support/database.sh. It ends with the
 * program.
 */
#ifndef RELAY_TESTS_SUPPORT_MADE_DATABASE_H
#define RELAY_TESTS_SUPPORT_MADE_DATABASE_H

#include <stdbool.h>

struct made_database {
    char *url; /* as in the configuration */
    char *password;
};

/* Called once, before the tests fork. False, and a line on standard error, where no PostgreSQL is installed; the
 * program then exits with 77, by which make check counts it as skipped. */
bool made_database_start(struct made_database *database);
void made_database_stop(struct made_database *database);

/* As superuser. Fails the test if the statement fails. */
void made_database_run(const char *sql);

/* The one number that the query returns. */
long made_database_number(const char *sql);

#endif
