/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "user_access.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

bool user_access_get(struct user_access *user, const char *name)
{
    const struct passwd *entry = getpwnam(name);
    if (entry == NULL) {
        return false;
    }
    *user = (struct user_access){.name = name, .uid = entry->pw_uid, .group_count = USER_ACCESS_GROUPS_MAX};
    if (getgrouplist(name, entry->pw_gid, user->groups, &user->group_count) < 0) {
        user->group_count = USER_ACCESS_GROUPS_MAX;
    }
    return true;
}

static bool is_in_group(const struct user_access *user, gid_t group)
{
    for (int i = 0; i < user->group_count; i++) {
        if (user->groups[i] == group) {
            return true;
        }
    }
    return false;
}

/* The same for one file, without what leads to it. */
static bool may_itself(const struct user_access *user, const char *path, int rights)
{
    struct stat status;
    if (user->uid == 0 || stat(path, &status) != 0 || getxattr(path, "system.posix_acl_access", NULL, 0) > 0) {
        return true;
    }
    const unsigned shift = status.st_uid == user->uid ? 6 : is_in_group(user, status.st_gid) ? 3 : 0;
    return ((status.st_mode >> shift) & (mode_t)rights) == (mode_t)rights;
}

bool user_access_may(const struct user_access *user, const char *path, int rights)
{
    char *real = realpath(path, NULL);
    if (real == NULL) {
        return true;
    }
    bool may = may_itself(user, real, rights) && may_itself(user, "/", X_OK);
    for (char *slash = strchr(real + 1, '/'); may && slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        may = may_itself(user, real, X_OK);
        *slash = '/';
    }
    free(real);
    return may;
}
