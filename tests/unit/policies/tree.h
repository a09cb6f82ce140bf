/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tree: directories of policies for the tests of the policies program.
 */
#pragma once

#include "policies/policy_manifest.h"
#include "support/tmpdir.h"

static inline void tree_directory(int dir_fd, const char *path)
{
    ck_assert_msg(mkdirat(dir_fd, path, 0755) == 0, "%s: %s", path, strerror(errno));
}

static inline void tree_file(int dir_fd, const char *path, const char *text, mode_t mode)
{
    tmpdir_write(dir_fd, path, text);
    ck_assert_int_eq(fchmodat(dir_fd, path, mode, 0), 0);
}

static inline void tree_link(int dir_fd, const char *target, const char *path)
{
    ck_assert_msg(symlinkat(target, dir_fd, path) == 0, "%s: %s", path, strerror(errno));
}

/* Until a change made from now on has another time than one made before. */
static inline void tree_tick(int dir_fd)
{
    struct stat before, now;
    tmpdir_write(dir_fd, ".tick", "");
    ck_assert_int_eq(fstatat(dir_fd, ".tick", &before, 0), 0);
    do {
        tmpdir_write(dir_fd, ".tick", "");
        ck_assert_int_eq(fstatat(dir_fd, ".tick", &now, 0), 0);
    } while (now.st_ctim.tv_sec == before.st_ctim.tv_sec && now.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
    ck_assert_int_eq(unlinkat(dir_fd, ".tick", 0), 0);
}

/* A name of 200 bytes. */
static inline const char *tree_long_name(void)
{
    static char name[201];
    memset(name, 'n', sizeof name - 1);
    return name;
}

/* What a real directory has, and what it could have. */
static inline void tree_fill(int dir_fd)
{
    char path[512];
    tree_file(dir_fd, "promises.cf", "body common control {}\n", 0640);
    tree_directory(dir_fd, "common");
    tree_file(dir_fd, "common/run.sh", "#!/bin/sh\n", 0750);
    tree_file(dir_fd, "common/empty", "", 0600);
    tree_directory(dir_fd, "common/none");
    tree_link(dir_fd, "../promises.cf", "common/up");
    tree_file(dir_fd, "caf\xc3\xa9 au lait.cf", "utf-8\n", 0644);
    tree_directory(dir_fd, tree_long_name());
    snprintf(path, sizeof path, "%s/%s", tree_long_name(), tree_long_name());
    tree_file(dir_fd, path, "long\n", 0644);
}

static const struct policy_limits tree_limits = {1000, 1000000};
