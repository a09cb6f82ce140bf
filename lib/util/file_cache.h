/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * file_cache: contents on disk, a file each, made by several processes and dropped when they take too much space.
 *
 * A file begins with a record: SHA-256 and length of the content, the moment it was made, and a note of its owner, who
 * keeps there what tells whether it is still right. The content follows, or has been dropped for the space it took; the
 * record alone still tells a client that nothing changed. Files appear by rename, so several processes share the
 * directory; a reader keeps what it opened. What is damaged counts as not there.
 *
 * What nobody used for the retention goes; of the rest, contents that were not used for longest go first.
 */
#pragma once

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"
#include "util/safe_file.h"

struct file_cache;

enum { FILE_CACHE_DIGEST_SIZE = 32, FILE_CACHE_NOTE_SIZE = 256 };

struct file_cached {
    int fd; /* the content is in it, behind `from` bytes; -1: dropped, or given back */
    off_t from;
    int64_t length;                               /* bytes */
    int64_t made;                                 /* seconds since 1970: when this content was first made */
    unsigned char digest[FILE_CACHE_DIGEST_SIZE]; /* SHA-256 of the content */
    unsigned char note[FILE_CACHE_NOTE_SIZE];
};

/* max_size: bytes of all contents together. retention: seconds. The directory is made if it is missing. */
struct file_cache *file_cache_open(const char *directory, int64_t max_size, int64_t retention, struct err *err);
void file_cache_close(struct file_cache *cache);

/* True if the cache has a record of this name (a path component without a dot in front). file_cached_close ends it. */
bool file_cache_find(struct file_cache *cache, const char *name, struct file_cached *cached);
void file_cached_close(struct file_cached *cached);

/* A content on its way in. */
struct file_cache_entry {
    struct safe_file file;
    EVP_MD_CTX *digest;
    int64_t length;
    bool no_space;
};

/* Begin, write, then commit or abandon. When one fails, the entry is ended, unless it was file_cache_write;
 * entry->no_space says whether the disk was full. Commit gives the content as file_cache_find would. note: note_len
 * bytes, at most FILE_CACHE_NOTE_SIZE; the rest becomes 0. */
bool file_cache_begin(struct file_cache *cache, struct file_cache_entry *entry, struct err *err);
bool file_cache_write(void *entry, const void *bytes, size_t len, struct err *err);
bool file_cache_commit(struct file_cache *cache, struct file_cache_entry *entry, const char *name, const void *note,
                       size_t note_len, struct file_cached *cached, struct err *err);
void file_cache_abandon(struct file_cache_entry *entry);

/* Writes another note for the content that is there. It may be lost: then the note from before is there. Without a lock
 * of the name (file_cache_lock) it could become the note of another content. */
bool file_cache_set_note(struct file_cache *cache, const char *name, const void *note, size_t note_len);

/* Removes content and record. Who has opened it reads on. */
void file_cache_remove(struct file_cache *cache, const char *name);

/* Locks a name among all processes, so that one of them makes its content while the others wait for it, at most
 * wait_ms. Returns a descriptor, whose closing ends the lock, as does the end of the process and its children; -1 when
 * another process has it, or (errno other than EAGAIN) when there can be no lock. */
int file_cache_lock(struct file_cache *cache, const char *name, int64_t wait_ms);

/* Drops what is too old or too much. Cheap when it is not time yet. */
void file_cache_trim(struct file_cache *cache);
