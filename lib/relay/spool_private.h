/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_private: what the source files of spool share. Nobody else includes it.
 */
#ifndef RELAY_SPOOL_PRIVATE_H
#define RELAY_SPOOL_PRIVATE_H

#include "relay/spool.h"
#include "util/safe_file.h"

#define SPOOL_REASON_SUFFIX ".reason"

struct spool {
    char *directory; /* name of the incoming directory, for the reason's `directory:` */
    char *incoming_path;
    char *failed_path;
    int incoming_fd;
    int failed_fd;
};

/* One component that spool_scan would visit: names come from a directory or from an operator's command line. */
bool spool_name(const char *name, struct err *err);

/* Visits the regular files whose name is `wanted`. */
bool spool_walk(int dir_fd, bool (*wanted)(const char *), spool_visit *visit, void *context, struct err *err);

bool spool_reason_suffix(const char *name);

/* Does anything have this name? */
bool spool_name_taken(int dir_fd, const char *name);

/* Takes the file out of everybody else's reach, as `claimed` in the same directory. read: see spool_remove; NULL: any
 * file. SPOOL_LEFT: it is ours now. Else it is not; also when it had gone (SPOOL_CLAIM_GONE). */
enum { SPOOL_CLAIM_GONE = SPOOL_STAYS + 1 };
int spool_claim(int dir_fd, const char *name, const struct stat *read, char claimed[SAFE_FILE_NAME_SIZE],
                struct err *err);

/* Undoes it: under its name, or beside what has the name now. */
bool spool_unclaim(int dir_fd, const char *claimed, const char *name, struct err *err);

/* Removes the file unless it is another than the one of that status. */
bool spool_remove_from(int dir_fd, const char *name, const struct stat *read, struct err *err);

void spool_reason_remove(int failed_fd, const char *name);

/* Removes reasons whose file is gone. Returns how many. */
size_t spool_reason_sweep(int failed_fd);

#endif
