/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policy_cache_private: what policy_cache.c and policy_cache_trim.c know of each other.
 */
#ifndef RELAY_POLICIES_POLICY_CACHE_PRIVATE_H
#define RELAY_POLICIES_POLICY_CACHE_PRIVATE_H

#include "policies/policy_cache.h"

struct policy_cache {
    int fd;
    int64_t max_size;  /* bytes */
    int64_t retention; /* seconds */
    int64_t stored;    /* bytes, since the last trim */
    int64_t trimmed;   /* clock_ms; 0: never */
};

/* How a file of the cache begins. Written and read by the same program on the same machine. */
struct policy_record {
    char magic[16];
    unsigned char state[POLICY_STATE_SIZE];
    unsigned char digest[POLICY_DIGEST_SIZE];
    int64_t length;
    int64_t made;
};

/* False when the file is not one of the cache. *whole: the archive is there. */
bool policy_record_read(int fd, struct policy_record *record, bool *whole);

#endif
