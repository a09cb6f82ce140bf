/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * siphash: SipHash-1-3, a hash with a secret key for tables that outside input fills. A client that does not know the
 * key cannot find names that collide, so it cannot make a table slow.
 *
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, with one round for each word and three at
 * the end, as Linux, Python and Rust use it for their tables. It is neither a digest nor a signature.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
    uint64_t words[2];
};

/* Makes a key of the kernel's random bytes. One key for each table is enough. */
struct siphash_key siphash_key_new(void);

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t len);
