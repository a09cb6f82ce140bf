/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tmpdir: a temporary directory for a unit test, and small files in it. A function that fails makes the test fail.
 */
#pragma once

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct tmpdir {
    char path[64];
    int fd;
};

static inline struct tmpdir tmpdir_make(void)
{
    struct tmpdir directory = {.path = "/tmp/relay-test.XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(directory.path));
    directory.fd = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(directory.fd, 0);
    return directory;
}

static inline int tmpdir_remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static inline void tmpdir_remove(struct tmpdir *directory)
{
    close(directory->fd);
    nftw(directory->path, tmpdir_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void tmpdir_write(int dir_fd, const char *name, const char *text)
{
    int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_msg(fd >= 0, "%s: %s", name, strerror(errno));
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* The same, but the file comes by rename, whole, as uploads do, and its mtime is in whole seconds. */
static inline void tmpdir_arrive(int dir_fd, const char *name, const char *text)
{
    tmpdir_write(dir_fd, ".arriving", text);
    struct timespec now = {time(NULL), 0};
    ck_assert_int_eq(utimensat(dir_fd, ".arriving", (struct timespec[]){now, now}, 0), 0);
    ck_assert_int_eq(renameat(dir_fd, ".arriving", dir_fd, name), 0);
}

static inline void tmpdir_age(int dir_fd, const char *name, time_t seconds)
{
    struct timespec then = {time(NULL) - seconds, 0};
    ck_assert_int_eq(utimensat(dir_fd, name, (struct timespec[]){then, then}, AT_SYMLINK_NOFOLLOW), 0);
}

static inline bool tmpdir_has(int dir_fd, const char *name)
{
    return faccessat(dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}
