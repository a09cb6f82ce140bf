/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_private: what the source files of spool share. Nobody else includes it.
 */
#pragma once

#include <stdatomic.h>

#include "relay/spool.h"
#include "util/safe_file.h"

#define SPOOL_REASON_SUFFIX ".reason"

struct spool {
    char *directory; /* name of the incoming directory, for the line `folder:` of a reason */
    char *incoming_path;
    char *failed_path;
    int incoming_fd;
    int failed_fd;
    atomic_bool beside_seen; /* in incoming, since spool_forget_beside: others may be there only if so */
};

/* Is it one path component that spool_scan would visit? Names come from a directory or from an operator's command line.
 */
bool spool_name(const char *name, struct err *err);

/* Visits the regular files whose name is `wanted`. */
bool spool_walk(int dir_fd, bool (*wanted)(const char *), spool_visit *visit, void *context, struct err *err);

bool spool_reason_suffix(const char *name);

/* Does a file of any kind have this name? */
bool spool_name_taken(int dir_fd, const char *name);

/* Claims the file: renames it to `claimed` in the same directory, where no other process takes it. read: see
 * spool_remove; NULL: any file. SPOOL_LEFT: it is claimed. Any other result: it is not; SPOOL_CLAIM_GONE: it was gone.
 */
enum { SPOOL_CLAIM_GONE = SPOOL_STAYS + 1 };
int spool_claim(int dir_fd, const char *name, const struct stat *read, char claimed[SAFE_FILE_NAME_SIZE],
                struct err *err);

/* Undoes the claim: the file gets its name back, or goes beside the file that has the name now. */
bool spool_unclaim(int dir_fd, const char *claimed, const char *name, struct err *err);

/* Removes the file if it is still the one with that status. */
bool spool_remove_from(int dir_fd, const char *name, const struct stat *read, struct err *err);

void spool_reason_remove(int failed_fd, const char *name);

/* Removes reasons whose file is gone. Returns how many. */
size_t spool_reason_sweep(int failed_fd);
