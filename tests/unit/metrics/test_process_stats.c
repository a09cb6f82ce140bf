/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/process_stats.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "support/suite.h"

static struct process_stats process_stats_now(void)
{
    struct process_stats figures = {0};
    ck_assert(process_stats_read(&figures));
    return figures;
}

static uint64_t process_stats_entries(const char *path)
{
    uint64_t count = 0;
    DIR *directory = opendir(path);
    ck_assert_ptr_nonnull(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    closedir(directory);
    return count;
}

START_TEST(what_is_opened_is_counted)
{
    struct process_stats before = process_stats_now();
    ck_assert_uint_eq(before.open_fds, process_stats_entries("/proc/self/fd") - 1); /* without the one that counted */
    int fd = open("/dev/null", O_RDONLY);
    ck_assert_uint_eq(process_stats_now().open_fds, before.open_fds + 1);
    close(fd);
    ck_assert_uint_eq(process_stats_now().open_fds, before.open_fds);
}
END_TEST

START_TEST(limits_are_the_current_ones)
{
    struct rlimit files;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    ck_assert_uint_eq(process_stats_now().max_fds, files.rlim_cur);
}
END_TEST

static void *process_stats_wait_for_end(void *pipe_end)
{
    char byte;
    (void)!read(*(const int *)pipe_end, &byte, 1);
    return NULL;
}

START_TEST(threads_are_counted)
{
    int ends[2];
    pthread_t thread;
    uint64_t before = process_stats_now().threads;
    ck_assert_uint_eq(before, process_stats_entries("/proc/self/task"));
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, process_stats_wait_for_end, &ends[0]), 0);
    ck_assert_uint_eq(process_stats_now().threads, before + 1);
    close(ends[1]);
    pthread_join(thread, NULL);
    close(ends[0]);
}
END_TEST

/* The same whether it is read for the first time or not, and about now. */
START_TEST(the_start_stays)
{
    struct process_stats figures = process_stats_now();
    double start = figures.start_seconds;
    double wall = (double)time(NULL);
    ck_assert_double_ge(start, wall - 3600);
    ck_assert_double_le(start, wall + 1);
    ck_assert(process_stats_read(&figures));
    ck_assert_double_eq_tol(figures.start_seconds, start, 0.05);
    ck_assert_double_eq_tol(process_stats_now().start_seconds, start, 0.05);
}
END_TEST

START_TEST(what_is_used_grows)
{
    enum { SIZE = 8 << 20 };
    struct process_stats before = process_stats_now();
    struct process_stats after = before;
    volatile char *memory = malloc(SIZE);
    ck_assert_ptr_nonnull((const void *)memory);
    for (size_t i = 0; i < SIZE; i += 512) {
        memory[i] = 1;
    }
    while (after.cpu_seconds < before.cpu_seconds + 0.01) {
        ck_assert(process_stats_read(&after));
    }
    ck_assert_uint_ge(after.resident_bytes, before.resident_bytes + SIZE / 2);
    ck_assert_uint_ge(after.virtual_bytes, after.resident_bytes);
    free((void *)(uintptr_t)memory);
}
END_TEST

SUITE_MAIN("process_stats", what_is_opened_is_counted, limits_are_the_current_ones, threads_are_counted,
           the_start_stays, what_is_used_grows)
