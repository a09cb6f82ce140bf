/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_private: what the source files of spool share. Nobody else includes it.
 */
#ifndef RELAY_SPOOL_PRIVATE_H
#define RELAY_SPOOL_PRIVATE_H

#include "relay/spool.h"

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

/* When the file failed: the reason's own mtime. 0 without a reason. */
int64_t spool_reason_time(int failed_fd, const char *name);

void spool_reason_remove(int failed_fd, const char *name);

/* Removes reasons whose file is gone. Returns how many. */
size_t spool_reason_sweep(int failed_fd);

#endif
