/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mime_header: the header block of a MIME entity (RFC 2045, folding as in RFC 5322 section 2.2.3), reduced to the
 * fields that say what the body is.
 *
 * Lines end in LF, CRs in front of it belong to the line end. Names and types are compared without regard to case. Text
 * that programs read in different ways is refused: a field that is given twice, control characters other than tabs,
 * escapes in quoted values, quotes and comments in other values.
 */
#pragma once

#include <stdbool.h>

#include "util/err.h"
#include "util/slice.h"

enum { MIME_HEADER_LIMIT = 8192 }; /* bytes of one block */

/* Values point into the text and may hold line breaks where they were folded; at is NULL for a field that is not
 * there. */
struct mime_header {
    struct slice content_type;
    struct slice transfer_encoding;
};

/* Takes the block and the empty line behind it from the front of *text. */
bool mime_header_read(struct slice *text, struct mime_header *header, struct err *err);

/* Is the value (of either field) this word, whatever its parameters? */
bool mime_header_is(struct slice value, const char *word);

/* Finds "; name=value", quoted or not. value->at is NULL when it is not there.
 * False when the parameters are malformed or name stands there twice. */
bool mime_header_parameter(struct slice content_type, const char *name, struct slice *value);
