/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_sum: a total of some files of a spool: their number, their bytes, and the time of the oldest.
 */
#pragma once

#include <stdint.h>

/* All zero bytes: no files. */
struct spool_sum {
    uint64_t files;
    uint64_t bytes;
    int64_t oldest; /* mtime in seconds since 1970, when there are files */
};

static inline void spool_sum_merge(struct spool_sum *sum, struct spool_sum more)
{
    if (more.files > 0 && (sum->files == 0 || more.oldest < sum->oldest)) {
        sum->oldest = more.oldest;
    }
    sum->files += more.files;
    sum->bytes += more.bytes;
}

/* Adds one file. */
static inline void spool_sum_add(struct spool_sum *sum, int64_t size, int64_t mtime)
{
    spool_sum_merge(sum, (struct spool_sum){1, (uint64_t)size, mtime});
}
