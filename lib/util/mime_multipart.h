/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mime_multipart: takes a multipart entity (RFC 2046 section 5.1) apart, part by part, in one pass and without a copy.
 *
 * The first part that is taken is the preamble, the text before the first delimiter.
 */
#pragma once

#include <stdbool.h>

#include "util/err.h"
#include "util/slice.h"

enum mime_delimiter { MIME_DELIMITER_NONE, MIME_DELIMITER_NEXT, MIME_DELIMITER_CLOSE };

struct mime_part {
    struct slice text; /* without the line end that belongs to the delimiter */
    bool canonical;    /* each line end is exactly CRLF, without a further CR before it */
    enum mime_delimiter end;
};

/* Takes the header off the front of an entity of that type ("multipart/mixed"), and finds the boundary in it. False
 * when that is missing, empty or spans lines. Any other boundary is taken, as OpenSSL does, not only what RFC 2046
 * allows (up to 70 characters of some kinds). */
bool mime_multipart_start(struct slice *entity, const char *type, struct slice *boundary, struct err *err);

/* Takes lines and the delimiter after them from the front of *text. end is MIME_DELIMITER_NONE, and nothing is taken,
 * when there is no delimiter. */
void mime_multipart_take(struct slice *text, struct slice boundary, struct mime_part *part);
