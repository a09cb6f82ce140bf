/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * file_status: what two looks at a file (stat(2)) have in common.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

/* -1, 0 or 1. */
static inline int file_status_compare_times(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? (a->tv_sec < b->tv_sec ? -1 : 1)
                                  : (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

static inline bool file_status_is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* The same file, and nobody has written to it between the two looks, as far as size and time of change tell. */
static inline bool file_status_is_unchanged(const struct stat *a, const struct stat *b)
{
    return file_status_is_same_file(a, b) && a->st_size == b->st_size &&
           file_status_compare_times(&a->st_mtim, &b->st_mtim) == 0;
}
