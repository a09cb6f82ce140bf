/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policy_manifest: everything that is in a directory of policies, without reading a file: path, kind, mode, size,
 * times, inode.
 *
 * Two manifests of a directory with the same state mean that nothing in it changed between them, as far as its file
 * system's times tell: whoever changes a file changes its ctime. Those are coarse (some milliseconds), hence `newest`:
 * a manifest whose newest change is a moment ago proves nothing yet.
 *
 * Entries come in a fixed order: by name, byte for byte, within a directory; a directory before what is in it. The walk
 * goes from one open directory to the next and follows no symbolic link. Links that stay inside are entries; a link
 * that leads outside (or could) and a directory above the limits are refused: a part of the policies is worse for a
 * node than its old ones. What no archive can hold is left out, with a warning, and the rest is packed: sockets, pipes
 * and devices, and names that are not UTF-8 or hold a control character or a backslash; a directory with such a name is
 * left out whole.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "util/arena.h"
#include "util/err.h"

enum { POLICY_STATE_SIZE = 32, POLICY_MAX_DEPTH = 64 };

struct policy_entry {
    const char *path;   /* relative to the directory, without a slash at either end */
    const char *target; /* of a symbolic link, else NULL */
    mode_t mode;        /* kind and permission bits */
    int64_t size;       /* bytes, 0 unless it is a file */
    dev_t device;
    ino_t inode;
    struct timespec mtime;
    struct timespec ctime;
};

struct policy_limits {
    size_t max_files; /* entries of any kind */
    int64_t max_size; /* bytes */
};

/* All zero bytes is a valid empty one. */
struct policy_manifest {
    struct arena arena;
    struct policy_entry *entries;
    size_t count;
    size_t room;
    int64_t bytes;          /* of all files */
    struct timespec newest; /* the latest ctime that is not in the future */
    unsigned char state[POLICY_STATE_SIZE];
};

enum policy_walk {
    POLICY_WALK_DONE,
    POLICY_WALK_CHANGING, /* something went away or was replaced meanwhile */
    POLICY_WALK_REFUSED,
    POLICY_WALK_FAILED,
};

/* Fills the manifest anew. dir_fd: the open directory, whose position is left alone. */
enum policy_walk policy_manifest_read(struct policy_manifest *manifest, int dir_fd, const struct policy_limits *limits,
                                      struct err *err);
void policy_manifest_free(struct policy_manifest *manifest);

/* Is this what the entry was made of, unchanged? */
bool policy_entry_is(const struct policy_entry *entry, const struct stat *status);
