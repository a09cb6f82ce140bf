/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * base64: base64 text to bytes.
 *
 * Source: RFC 4648 section 4. Spaces, tabs and line ends are skipped, as RFC 7468 requires for PEM. Everything else is
 * strict: no other characters, padding to a multiple of four, nothing behind the padding, no stray bits in the last
 * character. So one sequence of bytes has exactly one text.
 */
#pragma once

#include <stdbool.h>

#include "util/buffer.h"
#include "util/slice.h"

/* Appends the bytes to out. On false out is as it was before. */
bool base64_decode(struct buffer *out, struct slice text);
