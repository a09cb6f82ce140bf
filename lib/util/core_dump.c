/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/core_dump.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Keeps memory out of cores that the kernel hands to a program (core_pattern with a pipe), for which it ignores the
 * size limit. Where this file is missing the kernel makes no cores. */
static void leave_memory_out(void)
{
    int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!write(fd, "0", 1);
        close(fd);
    }
}

void core_dump_off(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    leave_memory_out();
}
