/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/process_stats.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/close_fd.h"

static double process_stats_seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t count_entries(const char *path)
{
    uint64_t count = 0;
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return 0;
    }
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    closedir(directory);
    return count;
}

/* From Linux 6.2 on the size of the directory is the number of open descriptors, which is much cheaper to read. On
 * older kernels they are counted, without the one that is open for counting. */
static uint64_t count_fds(void)
{
    static const char path[] = "/proc/self/fd";
    struct stat stat_of;
    if (stat(path, &stat_of) == 0 && stat_of.st_size > 0) {
        return (uint64_t)stat_of.st_size;
    }
    uint64_t count = count_entries(path);
    return count > 0 ? count - 1 : 0;
}

/* A directory has a link for each directory in it, and two for itself. */
static uint64_t count_threads(void)
{
    struct stat stat_of;
    return stat("/proc/self/task", &stat_of) == 0 && stat_of.st_nlink > 2 ? stat_of.st_nlink - 2 : 1;
}

static bool read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, text, size - 1) : -1;
    close_fd(&fd);
    text[len > 0 ? len : 0] = '\0';
    return len > 0;
}

/* proc_pid_stat(5), field 22: what follows the name, which stands in parentheses and may hold anything. */
static uint64_t read_start_ticks(void)
{
    char text[1024];
    uint64_t ticks = 0;
    const char *rest = read_text("/proc/self/stat", text, sizeof text) ? strrchr(text, ')') : NULL;
    if (rest == NULL || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
                                     "%" SCNu64, &ticks) != 1) {
        return 0;
    }
    return ticks;
}

/* proc_pid_statm(5): in pages. */
static bool read_memory(struct process_stats *figures)
{
    char text[128];
    uint64_t size;
    uint64_t resident;
    if (!read_text("/proc/self/statm", text, sizeof text) ||
        sscanf(text, "%" SCNu64 " %" SCNu64, &size, &resident) != 2) {
        return false;
    }
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    figures->virtual_bytes = size * page;
    figures->resident_bytes = resident * page;
    return true;
}

bool process_stats_read(struct process_stats *figures)
{
    struct rlimit files = {0};
    if (figures->start_ticks == 0) {
        figures->start_ticks = read_start_ticks();
    }
    getrlimit(RLIMIT_NOFILE, &files);
    figures->max_fds = files.rlim_cur;
    figures->open_fds = count_fds();
    figures->threads = count_threads();
    figures->cpu_seconds = process_stats_seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    figures->start_seconds = process_stats_seconds_of(CLOCK_REALTIME) - process_stats_seconds_of(CLOCK_BOOTTIME) +
                             (double)figures->start_ticks / (double)sysconf(_SC_CLK_TCK);
    return figures->start_ticks != 0 && read_memory(figures);
}
