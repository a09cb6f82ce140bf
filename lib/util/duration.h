/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * duration: `90`, `2s`, `30min 20s`, `1day`, `7d`, `1h30m`, `1d+2h` to seconds, and back.
 *
 * A sum of whole numbers, each with a unit (s, sec, second, m, min, minute, h, hour, d, day, w, week, M, month, y,
 * year, each also in the plural), separated by nothing, spaces or `+`. A month has 30.44 days and a year 365.25, as in
 * the original. A number without a unit is seconds and must stand alone.
 * Sources: PROTOCOL.md section 11 (ttl) and section 15 (configuration).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

/* False on malformed text and on more than INT32_MAX seconds (68 years). */
bool duration_parse(const char *text, size_t len, int64_t *seconds, struct err *err);

/* Writes a duration for people, in its two largest units: "3s", "5min 20s", "2h 5min", "3d 4h". A negative duration (an
 * age computed from clocks that differ) is "0s". */
enum { DURATION_TEXT_SIZE = 32 };
void duration_format(int64_t seconds, char out[DURATION_TEXT_SIZE]);
