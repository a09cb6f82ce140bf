/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/free_space.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/statvfs.h>

bool free_space_for(int fd, int64_t bytes, int64_t reserve, struct err *err)
{
    struct statvfs space;
    if (fstatvfs(fd, &space) != 0) {
        return err_set_errno(err, errno, "looking at the free space");
    }
    /* what a file system counts may exceed 63 bits when multiplied, so compare in blocks */
    uint64_t wanted = ((uint64_t)bytes + (uint64_t)reserve) / space.f_frsize;
    return space.f_bavail >= wanted || err_set(err, "%" PRIu64 " blocks of %lu bytes are free, %" PRIu64 " are needed",
                                               (uint64_t)space.f_bavail, space.f_frsize, wanted);
}
