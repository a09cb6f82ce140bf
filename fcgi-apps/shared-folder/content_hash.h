/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * content_hash: the hash of a file's content at one moment.
 *
 * The file is read in pieces; memory does not grow with it. Whether it stayed the same meanwhile is told by its inode,
 * size and times in nanoseconds, before and after.
 */
#pragma once

#include <sys/stat.h>

#include "util/digest.h"
#include "util/err.h"

enum content_hash_result {
    CONTENT_HASHED,
    CONTENT_CHANGED, /* the file is not, or not any more, what `before` (fstat of fd) says: nothing is known of it */
    CONTENT_FAILED,  /* with err: it cannot be read */
};

/* Reads fd from its beginning; where it stands does not matter and does not change. */
enum content_hash_result content_hash(int fd, const struct stat *before, enum digest_algorithm algorithm,
                                      unsigned char digest[DIGEST_MAX_SIZE], struct err *err);
