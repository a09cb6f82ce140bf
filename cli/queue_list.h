/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * queue_list: the files of one spool directory, newest first, and their sum.
 *
 * All files are counted. Only the newest `limit` are kept, so that a hundred thousand waiting files need no memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/spool_sum.h"
#include "util/err.h"

struct queue_file {
    char *name; /* owned */
    int64_t size;
    int64_t mtime; /* seconds since 1970 */
};

struct queue_list {
    struct spool_sum sum;
    struct queue_file *kept;
    size_t kept_count, kept_room;
    size_t limit;
};

/* Newest first; same times by name. limit SIZE_MAX: all. queue_list_free in any case. */
bool queue_list_read(struct queue_list *list, int dir_fd, size_t limit, struct err *err);
void queue_list_free(struct queue_list *list);
