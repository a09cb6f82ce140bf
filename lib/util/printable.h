/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * printable: makes bytes of outside input harmless for a log line, a reason or a terminal.
 *
 * Printable ASCII and well-formed UTF-8 stay; invisible characters (utf8_invisible.h: controls of all kinds, U+202E and
 * its like), bytes that are no UTF-8 and the backslash become \xHH, byte by byte (\n, \r, \t and \\ in their short
 * form). Nothing is lost silently: a text that does not fit ends in "...".
 */
#pragma once

#include <stddef.h>

/* Writes at most size bytes with the NUL to out (size at least 8). Returns the length without the NUL. */
size_t printable_copy(char *out, size_t size, const char *bytes, size_t len);

/* The same, but a text that is printable already (usually an err's, read again) stays as it is: its backslashes are not
 * doubled. */
size_t printable_keep(char *out, size_t size, const char *bytes, size_t len);
