/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json_utf8: a JSON text from bytes of any kind. jansson takes well-formed UTF-8 only; the name of a file, say, may be
 * anything. What is no UTF-8 becomes U+FFFD.
 */
#ifndef RELAY_UTIL_JSON_UTF8_H
#define RELAY_UTIL_JSON_UTF8_H

#include <jansson.h>

/* The caller owns what is returned. */
json_t *json_utf8_new(const char *text);

#endif
