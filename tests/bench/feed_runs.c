/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * feed_runs: uploads at a pace: renames the files of one directory into another, so many a second, each with the time
 * of its arrival as its own. Prints each name when the file is there.
 *
 *     feed_runs FROM TO RATE
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

static int feed_runs_fail(const char *what)
{
    perror(what);
    return 1;
}

int main(int argc, char **argv)
{
    double rate = argc == 4 ? atof(argv[3]) : 0;
    if (!(rate > 0)) {
        fprintf(stderr, "usage: feed_runs FROM TO RATE\n");
        return 2;
    }
    DIR *from = opendir(argv[1]);
    int to = open(argv[2], O_RDONLY | O_DIRECTORY);
    if (from == NULL || to < 0) {
        return feed_runs_fail("feed_runs");
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    unsigned fed = 0;
    const struct dirent *entry;
    while ((entry = readdir(from)) != NULL) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        double at = (double)start.tv_sec + (double)start.tv_nsec / 1e9 + fed / rate;
        struct timespec moment = {.tv_sec = (time_t)at, .tv_nsec = (long)((at - (double)(time_t)at) * 1e9)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL);
        /* By the exact clock, not by the kernel's ticks: a file whose mtime is its ctime may still be being written. */
        struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}};
        clock_gettime(CLOCK_REALTIME, &times[1]);
        if (utimensat(dirfd(from), entry->d_name, times, 0) != 0 ||
            renameat(dirfd(from), entry->d_name, to, entry->d_name) != 0) {
            return feed_runs_fail(entry->d_name);
        }
        puts(entry->d_name);
        fed++;
    }
    if (fed == 0) {
        fprintf(stderr, "feed_runs: %s is empty\n", argv[1]);
    }
    return fed == 0;
}
