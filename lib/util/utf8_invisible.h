/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * utf8_invisible: characters that show nothing themselves, or change how others are shown. With them a file name can
 * look like another one, a log line like two, and a terminal can be told to do things.
 *
 * Source: Unicode 15, the general categories Cc, Zl and Zp and the property Default_Ignorable_Code_Point: controls (C0,
 * DEL, C1), line and paragraph separators, bidirectional marks, overrides and isolates, zero-width characters,
 * variation selectors, tags, fillers. Of the letters that join and of emoji something is lost; text for a log or a
 * terminal bears that.
 */
#ifndef RELAY_UTIL_UTF8_INVISIBLE_H
#define RELAY_UTIL_UTF8_INVISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* at, len: a well-formed sequence, as utf8_sequence tells it. */
uint32_t utf8_code_point(const unsigned char *at, size_t len);
bool utf8_invisible(const unsigned char *at, size_t len);

#endif
