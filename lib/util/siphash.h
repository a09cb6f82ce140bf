/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * siphash: SipHash-1-3, a hash with a secret key for tables that outside input fills. Who does not know the key cannot
 * find names that collide, and so cannot make a table slow.
 *
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, with one round a word and three at the end,
 * as Linux, Python and Rust have it in their tables. It is no digest and no signature.
 */
#ifndef RELAY_UTIL_SIPHASH_H
#define RELAY_UTIL_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
    uint64_t words[2];
};

/* A key of the kernel's random bytes. One a table will do. */
struct siphash_key siphash_key_new(void);

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t len);

#endif
