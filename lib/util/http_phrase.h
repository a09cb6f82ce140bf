/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_phrase: the words behind an HTTP status (RFC 9110 section 15).
 */
#pragma once

/* "Status" for one that none of our programs answers with: clients read the number. */
const char *http_phrase(int status);
