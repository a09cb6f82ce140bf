/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_date: a moment as HTTP writes it, `Tue, 14 Nov 2023 22:13:20 GMT`.
 *
 * Source: RFC 9110 section 5.6.7. That form is written (IMF-fixdate); the two obsolete ones are read, too.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

enum { HTTP_DATE_SIZE = 30 }; /* with the NUL */

/* Writes the moment. False, with an empty text, outside the years 1000 to 9999. */
bool http_date_format(char out[HTTP_DATE_SIZE], time_t moment);

/* Parses a date. The whole text must be one; case does not matter. False, with *moment unchanged, for any other text.
 */
bool http_date_parse(const char *text, time_t *moment);
