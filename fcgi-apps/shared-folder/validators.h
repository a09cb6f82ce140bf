/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * validators: ETag and Last-Modified of a file, and the conditions that clients put with them (RFC 9110 sections 8.8
 * and 13).
 *
 * Both are made as httpd makes them (FileETag MTime Size), so that what one of the two says of a file holds for the
 * other. Since nothing is changed here, only If-None-Match and, without it, If-Modified-Since count; a date that is
 * none counts as absent.
 */
#ifndef RELAY_SHARED_FOLDER_VALIDATORS_H
#define RELAY_SHARED_FOLDER_VALIDATORS_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "endpoint/request.h"
#include "endpoint/response.h"

void validators_add(struct response *response, const struct stat *status, time_t now);

/* Does the client have this version of the file already, as far as it says? */
bool validators_match(const struct request *request, const struct stat *status);

#endif
