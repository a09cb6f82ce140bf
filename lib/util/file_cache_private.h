/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * file_cache_private: what the files of file_cache know of each other.
 */
#pragma once

#include "util/file_cache.h"

struct file_cache {
    int fd;
    int64_t max_size;  /* bytes */
    int64_t retention; /* seconds */
    int64_t stored;    /* bytes, since the last trim */
    int64_t trimmed;   /* clock_ms; 0: never */
};

/* How a file of the cache begins. Written and read by the same program on the same machine. */
struct file_cache_record {
    char magic[16];
    unsigned char digest[FILE_CACHE_DIGEST_SIZE];
    int64_t length;
    int64_t made;
    unsigned char note[FILE_CACHE_NOTE_SIZE];
};

/* False when the file is not one of the cache. *whole: the archive is there. */
bool file_cache_record_read(int fd, struct file_cache_record *record, bool *whole);
