/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relayd_database_url: a database's URL, and the password in it, apart. Part of relayd_import.
 */
#pragma once

#include <stdbool.h>

/* Puts the URL without its password into *bare, and the password, decoded, into *password (NULL if there is none); the
 * caller frees both. A URL with a password becomes a connection string of libpq, whatever characters it holds; one
 * without stays as it is. False when libpq does not understand it. */
bool relayd_database_url(const char *url, char **bare, char **password);
