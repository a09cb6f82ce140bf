/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * user_access: may another user read or write a file? Told by owner, group and mode of the file and of all directories
 * that lead to it, as the kernel does (path_resolution(7)). Without a process of that user: who asks need not be root.
 *
 * Where an access control list decides, or a directory cannot be looked into, the answer is "may": it is not known, and
 * a check should not complain of what is right.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

enum { USER_ACCESS_GROUPS_MAX = 64 };

struct user_access {
    const char *name; /* the caller's */
    uid_t uid;
    gid_t groups[USER_ACCESS_GROUPS_MAX];
    int group_count;
};

/* False if this machine has no such user. */
bool user_access_get(struct user_access *user, const char *name);

/* rights: R_OK, W_OK, X_OK, or several. The path is absolute, and is there. */
bool user_access_may(const struct user_access *user, const char *path, int rights);
