/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * safe_file: names that stay inside their directory, and files that appear whole or not at all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

enum { SAFE_FILE_NAME_SIZE = 256 }; /* NAME_MAX and the NUL */

/* One path component that can do no harm: 1 to 240 bytes (a temporary name's suffix must still fit), printable ASCII
 * or UTF-8 without control characters, no '/', no '\\', not starting with a dot. reason, where not NULL, gets a
 * constant text. */
bool safe_file_name(const char *name, size_t len, const char **reason);

/* A file being written in the directory dir_fd, under a temporary name `.<random>.tmp` which readers of the spool
 * ignore. End it with either safe_file_commit or safe_file_abandon. */
struct safe_file {
    int fd;
    int dir_fd;
    char temporary[32];
    size_t not_sent; /* private: bytes written since the kernel was last told to bring them to disk */
};

/* The mode is exactly this, whatever the umask. On false there is nothing to end. */
bool safe_file_create(struct safe_file *file, int dir_fd, mode_t mode, struct err *err);

/* fsync, rename to name (one path component), fsync of the directory: after true the file survives a power cut. A file
 * of that name is replaced. On false nothing is left behind and the file is ended, with one exception: when only the
 * sync of the directory fails, the file stays under its name, because it may have replaced a file that was already
 * promised. */
bool safe_file_commit(struct safe_file *file, const char *name, struct err *err);
void safe_file_abandon(struct safe_file *file); /* keeps errno */

/* Writes all the bytes. A large file goes to disk while it is being written. False with err and errno; the caller must
 * still end the file. */
bool safe_file_write(struct safe_file *file, const char *bytes, size_t len, struct err *err);

/* safe_file_create and safe_file_write. On false there is nothing to end. */
bool safe_file_create_with(struct safe_file *file, int dir_fd, mode_t mode, struct slice bytes, struct err *err);

/* All of it, for bytes in memory: safe_file_create_with and safe_file_commit. */
bool safe_file_put(int dir_fd, const char *name, mode_t mode, struct slice bytes, struct err *err);

/* Does the first part of a commit, up to fsync: the file is then on disk under its temporary name, `file->temporary`,
 * and the caller moves it where it belongs. Call safe_file_abandon afterwards: it removes the temporary name if it is
 * still there. On false nothing is left. */
bool safe_file_seal(struct safe_file *file, struct err *err);

/* A temporary name that no other file has. */
enum { SAFE_FILE_TEMPORARY_SIZE = 32 };
bool safe_file_temporary_name(char out[SAFE_FILE_TEMPORARY_SIZE], struct err *err);

/* Is this the name of a temporary file? */
bool safe_file_is_temporary(const char *name);

/* Removes temporary files older than `seconds` that a killed process left in the directory. Returns how many. */
size_t safe_file_sweep(int dir_fd, long seconds);

/* Reads a whole regular file of at most `limit` bytes and appends it to out. dir_fd may be AT_FDCWD. A symbolic link as
 * the last component is refused. On false out is unchanged, and errno says why: ENOENT not there, EFBIG over the limit,
 * ELOOP a symbolic link, EISDIR or EINVAL not a regular file. */
bool safe_file_read(int dir_fd, const char *name, size_t limit, struct buffer *out, struct err *err);

/* The same of what is open, which may be a pipe, up to its end. On false out may have some of it. */
bool safe_file_read_fd(int fd, const char *name, size_t limit, struct buffer *out, struct err *err);

/* The same for a path that the operator chose: symbolic links are followed. */
bool safe_file_read_followed(const char *path, size_t limit, struct buffer *out, struct err *err);
