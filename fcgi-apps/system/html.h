/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * html: text into an HTML page.
 *
 * Source: the HTML standard, section 13.1.2 (attributes and text). Text escaped here is harmless as the content of an
 * element and within a quoted attribute; never put it into a script, a style sheet, a comment or a tag's name.
 */
#pragma once

#include "util/buffer.h"

/* Appends text with & < > " and ' as references. Bytes that are no UTF-8 and invisible characters
 * (utf8_invisible.h; tab and line end are none here) become U+FFFD. */
void html_add(struct buffer *out, const char *text);

/* The same with what the format makes of its arguments, format included: only for text, not for tags. */
void html_add_format(struct buffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
