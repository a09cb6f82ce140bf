/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * digest: small helpers around OpenSSL's EVP digests, and the two algorithms that the outside world may choose from
 * (PROTOCOL.md section 11).
 */
#pragma once

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"

enum digest_algorithm { DIGEST_SHA256, DIGEST_SHA512 };
enum { DIGEST_MAX_SIZE = 64 }; /* bytes of the longest digest */

/* Parses "sha256" or "sha512", in exactly this case. False, with *algorithm unchanged, for any other text. */
bool digest_algorithm_parse(struct slice name, enum digest_algorithm *algorithm);
const char *digest_algorithm_name(enum digest_algorithm algorithm);
size_t digest_algorithm_size(enum digest_algorithm algorithm); /* bytes */
const EVP_MD *digest_algorithm_md(enum digest_algorithm algorithm);

/* Lower- or upper-case hex of bytes; out holds 2 * len + 1. */
void digest_hex(char *out, const unsigned char *bytes, size_t len, bool upper_case);

/* Takes upper and lower case. False unless the text is exactly 2 * len hex digits. */
bool digest_unhex(unsigned char *out, size_t len, const char *hex, size_t hex_len);

/* SHA-256 of bytes, 32 of them to out. */
void digest_sha256(unsigned char out[32], const void *bytes, size_t len);
