/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * utf8: what is well-formed (Unicode 15, table 3-7) and how to replace what is not.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* U+FFFD, which replaces bytes that are not UTF-8, and NUL. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"
enum { UTF8_REPLACEMENT_LEN = 3 };

/* The length in bytes of the well-formed sequence at `at` (1 to 4), or 0 with *bad = the length of the longest
 * ill-formed prefix that one U+FFFD replaces ("maximal subpart", Unicode 15 section 3.9). len is at least 1. NUL is
 * well-formed here. */
size_t utf8_sequence(const unsigned char *at, size_t len, size_t *bad);

/* Writes the character of a code point, which is none of a surrogate. Returns its length. */
enum { UTF8_MAX_LEN = 4 };
size_t utf8_encode(char out[UTF8_MAX_LEN], uint32_t code);

/* How many leading bytes are well-formed and not NUL: len when nothing needs replacing. Fast for ASCII. */
size_t utf8_clean_prefix(const char *text, size_t len);

/* Copies with every ill-formed subpart and every NUL replaced. out holds utf8_replaced_len bytes, which are at most
 * 3 * len. Returns the length written. */
size_t utf8_replace(char *out, const char *text, size_t len);
size_t utf8_replaced_len(const char *text, size_t len);
