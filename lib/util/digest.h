/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * digest: small helpers around OpenSSL's EVP digests.
 */
#ifndef RELAY_UTIL_DIGEST_H
#define RELAY_UTIL_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

/* Lower- or upper-case hex of bytes; out holds 2 * len + 1. */
void digest_hex(char *out, const unsigned char *bytes, size_t len, bool upper_case);

/* Both cases are taken. False unless the text is exactly 2 * len hex digits. */
bool digest_unhex(unsigned char *out, size_t len, const char *hex, size_t hex_len);

/* SHA-256 of bytes, 32 of them to out. */
void digest_sha256(unsigned char out[32], const void *bytes, size_t len);

#endif
