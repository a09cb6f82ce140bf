/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/free_space.h"

#include <errno.h>
#include <sys/statvfs.h>

#include "util/byte_size.h"

bool free_space_for(int fd, int64_t bytes, int64_t reserve, struct err *err)
{
    struct statvfs space;
    if (fstatvfs(fd, &space) != 0) {
        return err_set_errno(err, errno, "looking at the free space");
    }
    /* the free bytes of a file system may exceed 63 bits, so compare in blocks */
    uint64_t wanted = ((uint64_t)bytes + (uint64_t)reserve) / space.f_frsize;
    if (space.f_bavail >= wanted) {
        return true;
    }
    char is[BYTE_SIZE_TEXT_SIZE];
    char needed[BYTE_SIZE_TEXT_SIZE];
    byte_size_format((int64_t)(space.f_bavail * space.f_frsize), is); /* less than what is wanted: no overflow */
    byte_size_format(bytes > INT64_MAX - reserve ? INT64_MAX : bytes + reserve, needed);
    return err_set(err, "%s are free, %s are needed", is, needed);
}
