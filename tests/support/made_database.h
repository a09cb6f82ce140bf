/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * made_database: a real PostgreSQL with Rudder's tables, for unit tests, by tests/support/database.sh. It ends with the
 * program.
 */
#pragma once

#include <stdbool.h>

struct made_database {
    char *url; /* as in the configuration */
    char *password;
};

/* To be called once, before the tests fork. False, with a line on standard error, when no PostgreSQL is installed. Then
 * the program exits with 77, which make check counts as skipped. */
bool made_database_start(struct made_database *database);
void made_database_stop(struct made_database *database);

/* Runs the statement as superuser. Fails the test if the statement fails. */
void made_database_run(const char *sql);

/* Returns the one number that the query gives. */
long made_database_number(const char *sql);
