/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policy_cache: archives on disk, a file each, with the state of the directory that they were made of.
 *
 * A file begins with a record: state, SHA-256 and length of the archive, the moment it was made. The archive follows,
 * or has been dropped for the space it took; the record alone still tells an agent that nothing changed. Files appear
 * by rename, so several processes share the directory; a reader keeps what it opened. What is damaged counts as not
 * there.
 */
#ifndef RELAY_POLICIES_POLICY_CACHE_H
#define RELAY_POLICIES_POLICY_CACHE_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

#include "policies/policy_manifest.h"
#include "util/err.h"
#include "util/safe_file.h"

struct policy_cache;

enum { POLICY_DIGEST_SIZE = 32 };

struct policy_cached {
    int fd;         /* the archive is in it, behind `from` bytes; -1: dropped, or given back */
    off_t from;
    int64_t length; /* bytes */
    int64_t made;   /* seconds since 1970: when an archive of this content was first made */
    unsigned char digest[POLICY_DIGEST_SIZE]; /* SHA-256 of the archive */
};

/* max_size: bytes of all archives together. retention: seconds. The directory is made if it is missing. */
struct policy_cache *policy_cache_open(const char *directory, int64_t max_size, int64_t retention, struct err *err);
void policy_cache_close(struct policy_cache *cache);

/* True if the cache knows the archive of this name made of a directory in this state. policy_cached_close ends it. */
bool policy_cache_find(struct policy_cache *cache, const char *name, const unsigned char state[POLICY_STATE_SIZE],
                       struct policy_cached *cached);
void policy_cached_close(struct policy_cached *cached);

/* An archive on its way in. */
struct policy_cache_entry {
    struct safe_file file;
    EVP_MD_CTX *digest;
    int64_t length;
    bool no_space;
};

/* Begin, write, then commit or abandon. When one fails, the entry is ended, unless it was policy_cache_write;
 * entry->no_space says whether the disk was full. Commit gives the archive as policy_cache_find would. */
bool policy_cache_begin(struct policy_cache *cache, struct policy_cache_entry *entry, struct err *err);
bool policy_cache_write(void *entry, const void *bytes, size_t len, struct err *err); /* a policy_archive_sink */
bool policy_cache_commit(struct policy_cache *cache, struct policy_cache_entry *entry, const char *name,
                         const unsigned char state[POLICY_STATE_SIZE], struct policy_cached *cached, struct err *err);
void policy_cache_abandon(struct policy_cache_entry *entry);

/* Drops what is too old or too much. Cheap when it is not time yet. */
void policy_cache_trim(struct policy_cache *cache);

#endif
