/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * byte_size: `52428800`, `512KiB`, `50MiB`, `1 GiB`, `2TiB` to bytes. A number without a unit is bytes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"

bool byte_size_parse(const char *text, int64_t *bytes, struct err *err);

/* Writes a size for people: "0 B", "999 B", "1.4 KiB", "52 MiB". Below 1000 of a unit it has at most three digits. */
enum { BYTE_SIZE_TEXT_SIZE = 24 };
void byte_size_format(int64_t bytes, char out[BYTE_SIZE_TEXT_SIZE]);
