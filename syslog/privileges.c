/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

bool privileges_drop(const char *user, struct err *err)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (geteuid() != 0) {
        return true;
    }
    errno = 0;
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL) {
        return errno != 0 ? err_set_errno(err, errno, "syslog.user: %s", user)
                          : err_set(err, "syslog.user: there is no user %s", user);
    }
    uid_t uid = entry->pw_uid;
    gid_t gid = entry->pw_gid;
    if (uid == 0) {
        return true;
    }
    if (initgroups(user, gid) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) {
        return err_set_errno(err, errno, "syslog.user: cannot become %s", user);
    }
    return setuid(0) != 0 || err_set(err, "syslog.user: root's rights are still there");
}
