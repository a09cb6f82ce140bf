/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hash_cache: the hashes of files that were asked for before, shared by all processes of the program.
 *
 * An entry holds for as long as the file's device, inode, size, mtime and ctime (nanoseconds) are what they were.
 * Nobody but root can set a ctime back, so a change shows, with one exception: one that comes within the same tick of
 * the file system's clock as the last one before the hash was taken. Hence a file that was changed less than
 * HASH_CACHE_SETTLE_SECONDS before it was read is not remembered (git's index knows the same trouble as "racy").
 *
 * The table is a file of fixed size (HASH_CACHE_ENTRIES, about 540 KiB; on a tmpfs), mapped by every process: each file
 * is hashed once, whichever process is asked, and a restart forgets nothing. There are no locks that a killed process
 * could leave behind: each entry carries a checksum, so that one that was half written, or written by two at a time, is
 * no entry. When all places that a file may have are taken, the one used longest ago goes.
 *
 * Who can write the file can make the program answer wrongly: it is the program's user's alone (0600), else it is not
 * used.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "shared-folder/content_hash.h"

struct hash_cache;

enum { HASH_CACHE_ENTRIES = 4096, HASH_CACHE_WAYS = 8, HASH_CACHE_SETTLE_SECONDS = 2 };

/* Never NULL: with path "", and (after a warning) when the file cannot be used, memory of the process's own. */
struct hash_cache *hash_cache_open(const char *path);
void hash_cache_close(struct hash_cache *cache);
bool hash_cache_is_shared(const struct hash_cache *cache);

bool hash_cache_find(struct hash_cache *cache, const struct stat *status, enum digest_algorithm algorithm,
                     unsigned char digest[DIGEST_MAX_SIZE]);

/* began: time(2) before the file was looked at (status) and read. */
void hash_cache_store(struct hash_cache *cache, const struct stat *status, enum digest_algorithm algorithm,
                      const unsigned char *digest, time_t began);
