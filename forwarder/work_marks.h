/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * work_marks: which files are being worked on at this moment, so that the next forwarder knows it if this one is
 * killed.
 *
 * Marks are written into a mapped file: they cost no system call, and the kernel keeps them when the process is gone.
 * They need not survive the machine: it is not the fault of a file that the power was cut. So nothing is synced, and
 * marks of an earlier boot do not count. Each process has a file of its own, failed/.in-work-<n>, and holds a lock on
 * it as long as it lives. A clean end removes the file.
 *
 * Each slot belongs to one thread at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "util/err.h"
#include "util/safe_file.h"

struct work_marks;

/* A file, and not only its name: another one may have the name later. */
struct work_mark {
    uint64_t inode;
    int64_t seconds; /* mtime */
    int64_t nanoseconds;
    char name[SAFE_FILE_NAME_SIZE]; /* "": no mark */
};

/* A process was killed while it worked on these files. */
typedef void work_marks_left(void *context, const struct work_mark *marks, size_t count);

/* Tells what killed processes have left, and forgets it. NULL with err when there can be no marks. */
struct work_marks *work_marks_open(int dir_fd, size_t slots, work_marks_left *left, void *context, struct err *err);

/* Takes NULL, as do the others. */
void work_marks_close(struct work_marks *marks);

/* The process ends as it should: from now on it leaves no marks to the next one, even if it is killed. */
void work_marks_forget(struct work_marks *marks);

void work_marks_set(struct work_marks *marks, size_t slot, const char *name, const struct stat *status);
void work_marks_clear(struct work_marks *marks, size_t slot);
