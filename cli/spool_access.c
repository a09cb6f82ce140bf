/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spool_access.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/xmalloc.h"

struct need {
    const struct command *command;
    enum spool_access access;
};

/* The first of the wanted rights that is missing; 0 when none is, or something else is wrong, which opening says. */
static int missing_right(const char *path, int wanted)
{
    static const int rights[] = {X_OK, R_OK, W_OK};
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
        if ((wanted & rights[i]) != 0 && access(path, rights[i]) != 0 && errno == EACCES) {
            return rights[i];
        }
    }
    return 0;
}

/* The directory's group, if it has that right. */
static const char *group_with(const char *path, int right)
{
    struct stat status;
    if (stat(path, &status) != 0 || ((status.st_mode >> 3) & (mode_t)right) == 0) {
        return NULL;
    }
    const struct group *group = getgrgid(status.st_gid);
    return group != NULL ? group->gr_name : NULL;
}

/* A group is offered for looking only: those of the spool may look, and not all of them may write everywhere. */
static bool has_spool_rights(const struct need *need, const char *path, int wanted, struct err *err)
{
    int right = missing_right(path, wanted);
    if (right == 0) {
        return true;
    }
    const char *verb = right == X_OK ? "enter" : right == R_OK ? "list" : "write to";
    const char *group = need->access == SPOOL_ACCESS_LIST ? group_with(path, right) : NULL;
    return err_set(err, "%s: no right to %s this directory; try `sudo -u rudder-relay-forwarder rudder-relay %s`%s%s",
                   path, verb, need->command->name, group != NULL ? ", or join the group " : "",
                   group != NULL ? group : "");
}

/* What leads to the directory must be entered, too. */
static bool may_use(const struct need *need, const char *path, bool writes, struct err *err)
{
    char *part = xstrdup(path);
    bool may = true;
    for (char *slash = strchr(part + 1, '/'); may && slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        may = has_spool_rights(need, part, X_OK, err);
        *slash = '/';
    }
    may = may && has_spool_rights(need, part, R_OK | X_OK | (writes ? W_OK : 0), err);
    free(part);
    return may;
}

static bool may_use_both(const struct need *need, const char *directory, const char *incoming, struct err *err)
{
    char *incoming_path = xasprintf("%s/%s", directory, incoming);
    char *failed_path = xasprintf("%s/failed", directory);
    bool may = may_use(need, incoming_path, need->access == SPOOL_ACCESS_MOVE, err) &&
               may_use(need, failed_path, need->access != SPOOL_ACCESS_LIST, err);
    free(incoming_path);
    free(failed_path);
    return may;
}

static bool said_before(const struct spool_set *spools, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (spools->each[j] == NULL && strcmp(spools->err[j].text, spools->err[i].text) == 0) {
            return true;
        }
    }
    return false;
}

bool spool_access_open(const struct command *command, struct spool_set *spools, const struct relay_config *config,
                       enum spool_access access)
{
    const struct need need = {command, access};
    bool all = true;
    spool_set_open(spools, config);
    for (enum relay_kind kind = 0; kind < RELAY_KINDS; kind++) {
        if (!spools->used[kind]) {
            continue;
        }
        if (!may_use_both(&need, spools->directory[kind], upload_kind(kind)->incoming, &spools->err[kind])) {
            spool_close(spools->each[kind]);
            spools->each[kind] = NULL;
        }
        if (spools->each[kind] == NULL) {
            all = false;
            if (!said_before(spools, kind)) {
                command_failed(command, &spools->err[kind]);
            }
        }
    }
    return all;
}
