/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json_utf8: a JSON text from bytes of any kind. jansson takes only well-formed UTF-8, but a file name, for example,
 * may have any bytes. Bytes that are not UTF-8 become U+FFFD.
 */
#pragma once

#include <jansson.h>

/* The caller owns the result. */
json_t *json_utf8_new(const char *text);
