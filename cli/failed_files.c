/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "failed_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "relay/inventory_name.h"
#include "spool_access.h"
#include "util/printable.h"

enum { PRINTED_NAME_SIZE = 1024 };

struct failed_files {
    const struct command *command;
    const struct failed_action *action;
    struct spool_set spools;
    bool all_open;
    size_t done;
    size_t failed;
};

static const char *told_path(const struct failed_files *files, const struct spool *spool)
{
    return files->action->to_origin ? spool_incoming_path(spool) : spool_failed_path(spool);
}

static void failed_files_act(struct failed_files *files, struct spool *spool, const char *name, bool tell)
{
    struct err err;
    if (!files->action->act(files->action->context, spool, name, &err)) {
        command_failed(files->command, &err);
        files->failed++;
        return;
    }
    files->done++;
    if (tell) {
        char printed[PRINTED_NAME_SIZE];
        printable_copy(printed, sizeof printed, name, strlen(name));
        printf("%s/%s: %s\n", told_path(files, spool), printed, files->action->done);
    }
}

/* Two spools may share a failed directory. What goes back is the business of the one it came from, else of the first.
 */
static bool is_business_of(const struct failed_files *files, size_t i, const char *name)
{
    return files->action->to_origin ? spool_owns(files->spools.each[i], name)
                                    : !spool_set_failed_seen(&files->spools, i);
}

/* Gathers all names first: a file that is put back may fail again at once and would then be found a second time. */
static void act_on_all(struct failed_files *files, size_t spool_number)
{
    struct spool *spool = files->spools.each[spool_number];
    const struct failed_action *action = files->action;
    struct queue_list list;
    struct err err;
    size_t before = files->done;
    if (!queue_list_read(&list, spool_failed_fd(spool), SIZE_MAX, &err)) {
        command_failed(files->command, &err);
        files->failed++;
    }
    for (int signatures = 0; signatures <= 1; signatures++) { /* signatures last: they are sent after what they sign */
        for (size_t i = 0; i < list.kept_count; i++) {
            const struct queue_file *file = &list.kept[i];
            if (inventory_name_is_signature(file->name) == signatures &&
                is_business_of(files, spool_number, file->name) &&
                (action->wanted == NULL || action->wanted(action->context, spool, file))) {
                failed_files_act(files, spool, file->name, action->tell_each);
            }
        }
    }
    queue_list_free(&list);
    printf("%s: %zu %s\n", told_path(files, spool), files->done - before, action->done);
}

static bool has_failed(const struct failed_files *files, size_t i, const char *name)
{
    const struct spool *spool = files->spools.each[i];
    return spool != NULL && strchr(name, '/') == NULL &&
           faccessat(spool_failed_fd(spool), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && is_business_of(files, i, name);
}

static void act_on_named(struct failed_files *files, const char *name)
{
    bool found = false;
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        if (has_failed(files, i, name)) {
            found = true;
            failed_files_act(files, files->spools.each[i], name, true);
        }
    }
    if (!found) {
        struct err err;
        err_set(&err, "no failed file%s has the name '%s'; `rudder-relay queue` lists them",
                files->all_open ? "" : " that could be looked at", name);
        command_failed(files->command, &err);
        files->failed++;
    }
}

int failed_files_run(const struct command *command, const struct command_line *line, const struct failed_action *action)
{
    struct failed_files files = {.command = command, .action = action};
    bool all = line->given['a'] != NULL;
    if (all == (line->arguments[0] != NULL)) {
        return command_usage(command, "it takes the names of failed files, or --all");
    }
    files.all_open = spool_access_open(command, &files.spools, line->config,
                                       action->to_origin ? SPOOL_ACCESS_MOVE : SPOOL_ACCESS_REMOVE);
    files.failed += all && !files.all_open;
    for (size_t i = 0; all && i < RELAY_KINDS; i++) {
        if (files.spools.each[i] != NULL && (action->to_origin || !spool_set_failed_seen(&files.spools, i))) {
            act_on_all(&files, i);
        }
    }
    for (char **name = line->arguments; *name != NULL; name++) {
        act_on_named(&files, *name);
    }
    spool_set_close(&files.spools);
    int status = command_finish(command);
    return files.failed > 0 ? COMMAND_FAILED : status;
}
