/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_store: the directory of shared files: <target>/files/<source>/<file-id> and, beside it, <file-id>.metadata.
 *
 * A file is there when both are. Its bytes are on disk before it gets its name, then come the metadata, so that
 * a killed process or a power cut leaves the whole file, the one before, or none, and never one file with the metadata
 * of another. The directory of a source is locked (flock) while the two change or are looked at, and at no other time:
 * of two that arrive at once the last whole one stays.
 *
 * No symbolic link below the directory is followed. The directory itself is opened for each request: a file system may
 * have been mounted there meanwhile.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "relay/shared_file_meta.h"
#include "shared-files/shared_file_name.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/safe_file.h"

/* What the store has of a name. All zero bytes but fd, which is -1, is a valid one; shared_found_close ends it. */
struct shared_found {
    int fd; /* the file's bytes, for reading */
    off_t size;
    struct buffer text; /* the metadata as stored */
    struct shared_file_meta meta;
};

enum shared_result { SHARED_DONE, SHARED_ABSENT, SHARED_NO_SPACE, SHARED_FAILED };

/* SHARED_ABSENT: there is no such file, it has expired at the moment `now` (seconds since 1970), or its metadata are
 * damaged: then it has no hash that anybody could ask for, and whoever shared it may put it anew. SHARED_FAILED with
 * err. */
enum shared_result shared_store_find(const char *path, const struct shared_file_name *name, int64_t now,
                                     struct shared_found *found, struct err *err);
void shared_found_close(struct shared_found *found);

/* A file on its way in. After shared_arrival_begin, write to file; then either commit or abandon ends it. */
struct shared_arrival {
    int dir_fd;
    struct safe_file file;
};

/* SHARED_NO_SPACE with err: there is no room for `bytes` more and the reserve. */
enum shared_result shared_arrival_begin(struct shared_arrival *arrival, const char *path,
                                        const struct shared_file_name *name, int64_t bytes, int64_t reserve,
                                        struct err *err);
enum shared_result shared_arrival_commit(struct shared_arrival *arrival, const struct shared_file_name *name,
                                         const struct shared_file_meta *meta, struct err *err);
void shared_arrival_abandon(struct shared_arrival *arrival);

/* What an errno means that comes from writing. */
enum shared_result shared_result_of(int errnum);

/* Waits for the lock of a source's directory. Closing the descriptor ends it, too. */
bool shared_store_lock(int dir_fd, bool exclusive, struct err *err);
void shared_store_unlock(int dir_fd);
