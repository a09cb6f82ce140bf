/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * failed_files: what the commands have in common that do something to failed files, those that are named or all.
 */
#pragma once

#include "command.h"
#include "queue_list.h"
#include "relay/spool.h"

struct failed_action {
    const char *done; /* what has become of a file: "put back" */
    bool to_origin;   /* each goes to the incoming directory it came from; messages name that one, else failed/ */
    bool tell_each;   /* with --all, too, each name is printed */

    /* With --all: this one? NULL: every one. */
    bool (*wanted)(const void *context, const struct spool *spool, const struct queue_file *file);
    bool (*act)(const void *context, struct spool *spool, const char *name, struct err *err);
    const void *context;
};

/* Does it to the files that the arguments name, or to all of them with --all. Returns the exit status, after messages:
 * COMMAND_USAGE without either or with both, COMMAND_FAILED when one is not there or it could not be done to it. */
int failed_files_run(const struct command *command, const struct command_line *line,
                     const struct failed_action *action);
