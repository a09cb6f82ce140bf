/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/process_figures.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t count_fds(void)
{
    uint64_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) {
        return 0;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count - 1; /* without the one that counted */
}

/* proc_pid_stat(5): what follows the name, which stands in parentheses and may hold anything. */
static bool read_stat(struct process_figures *figures)
{
    char text[1024];
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    text[len > 0 ? len : 0] = '\0';
    const char *rest = strrchr(text, ')');
    unsigned long user;
    unsigned long system;
    unsigned long threads;
    unsigned long long start;
    unsigned long virtual_bytes;
    unsigned long pages;
    if (rest == NULL ||
        sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %lu %*d %llu %lu %lu",
               &user, &system, &threads, &start, &virtual_bytes, &pages) != 6) {
        return false;
    }
    double ticks = (double)sysconf(_SC_CLK_TCK);
    figures->cpu_seconds = (double)(user + system) / ticks;
    figures->start_seconds = seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + (double)start / ticks;
    figures->threads = threads;
    figures->virtual_bytes = virtual_bytes;
    figures->resident_bytes = (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
    return true;
}

bool process_figures_read(struct process_figures *figures)
{
    struct rlimit files = {0};
    *figures = (struct process_figures){0};
    getrlimit(RLIMIT_NOFILE, &files);
    figures->max_fds = files.rlim_cur;
    figures->open_fds = count_fds();
    return read_stat(figures);
}
