/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * utf8_invisible: characters that show nothing themselves, or change how others are shown. They can make a file name
 * look like another one or a log line like two, and they can control a terminal.
 *
 * Source: Unicode 15, the general categories Cc, Zl and Zp and the property Default_Ignorable_Code_Point: controls (C0,
 * DEL, C1), line and paragraph separators, bidirectional marks, overrides and isolates, zero-width characters,
 * variation selectors, tags, fillers. Joined letters and emoji lose a little by this, which is acceptable for a log or
 * a terminal.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* at, len: a well-formed sequence, as utf8_sequence tells it. */
uint32_t utf8_code_point(const unsigned char *at, size_t len);
bool utf8_invisible(const unsigned char *at, size_t len);
