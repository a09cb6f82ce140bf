/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/user_access.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/xmalloc.h"

/* The modes of a directory and of a file in it, which belong to whoever runs the test; where the user stands. */
static const struct {
    mode_t directory, file;
    bool is_owner, in_group;
    int rights;
    bool may;
} cases[] = {
    {0700, 0600, true, false, R_OK | W_OK, true},
    {0700, 0400, true, false, W_OK, false},
    {0500, 0600, true, false, R_OK, true},
    {0700, 0066, true, true, R_OK, false}, /* the owner's bits alone count for the owner */
    {0711, 0640, false, true, R_OK, true},
    {0711, 0640, false, true, W_OK, false},
    {0711, 0604, false, true, R_OK, false},
    {0750, 0640, false, true, R_OK, true},
    {0701, 0640, false, true, R_OK, false}, /* the group may not enter the directory */
    {0711, 0604, false, false, R_OK, true},
    {0711, 0640, false, false, R_OK, false},
    {0710, 0604, false, false, R_OK, false},
};

START_TEST(owner_group_and_mode_decide_for_file_and_directory)
{
    struct tmpdir directory = tmpdir_make();
    char *inner = xasprintf("%s/inner", directory.path);
    char *path = xasprintf("%s/file", inner);
    ck_assert_int_eq(chmod(directory.path, 0755), 0);
    ck_assert_int_eq(mkdir(inner, 0755), 0);
    tmpdir_write(directory.fd, "inner/file", "text");
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    /* not root: one who may do everything */
    const uid_t uid = status.st_uid != 0 ? status.st_uid : 54310;
    if (status.st_uid == 0) {
        ck_assert_int_eq(chown(path, uid, (gid_t)-1) | chown(inner, uid, (gid_t)-1), 0);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct user_access user = {.uid = cases[i].is_owner ? uid : uid + 1, .group_count = 1};
        user.groups[0] = cases[i].in_group ? status.st_gid : status.st_gid + 1;
        ck_assert_int_eq(chmod(inner, 0700), 0);
        ck_assert_int_eq(chmod(path, cases[i].file), 0);
        ck_assert_int_eq(chmod(inner, cases[i].directory), 0);
        ck_assert_msg(user_access_may(&user, path, cases[i].rights) == cases[i].may, "case %zu", i);
    }
    chmod(inner, 0700);
    free(path);
    free(inner);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(root_may_do_everything)
{
    struct user_access root = {.uid = 0};
    ck_assert(user_access_may(&root, "/etc/passwd", R_OK | W_OK | X_OK));
}
END_TEST

START_TEST(a_user_that_is_not_there_is_not_found)
{
    struct user_access user;
    ck_assert(!user_access_get(&user, "no such user"));
    ck_assert(user_access_get(&user, "root"));
    ck_assert_uint_eq(user.uid, 0);
    ck_assert_int_ge(user.group_count, 1);
}
END_TEST

SUITE_MAIN("user_access", owner_group_and_mode_decide_for_file_and_directory, root_may_do_everything,
           a_user_that_is_not_there_is_not_found)
