/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queue_list.h"

#include <stdlib.h>
#include <string.h>

#include "relay/spool.h"
#include "util/xmalloc.h"

/* Negative when a comes first: it is newer, or as new and its name is smaller. */
static int queue_list_order(const void *left, const void *right)
{
    const struct queue_file *a = left;
    const struct queue_file *b = right;
    if (a->mtime != b->mtime) {
        return a->mtime > b->mtime ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

/* Sorts, and drops what is beyond the limit. */
static void queue_list_cut(struct queue_list *list)
{
    if (list->kept_count > 0) {
        qsort(list->kept, list->kept_count, sizeof *list->kept, queue_list_order);
    }
    while (list->kept_count > list->limit) {
        free(list->kept[--list->kept_count].name);
    }
}

/* Twice as many as wanted are kept before the older half goes, so that sorting costs little for each. */
static void queue_list_keep(struct queue_list *list, const struct spool_entry *entry)
{
    if (list->kept_count / 2 >= list->limit) {
        queue_list_cut(list);
    }
    list->kept = xgrow(list->kept, list->kept_count, &list->kept_room, sizeof *list->kept);
    list->kept[list->kept_count++] = (struct queue_file){xstrdup(entry->name), entry->size, entry->mtime};
}

static bool queue_list_count(void *context, const struct spool_entry *entry)
{
    struct queue_list *list = context;
    spool_sum_add(&list->sum, entry->size, entry->mtime);
    queue_list_keep(list, entry);
    return true;
}

bool queue_list_read(struct queue_list *list, int dir_fd, size_t limit, struct err *err)
{
    *list = (struct queue_list){.limit = limit};
    bool done = spool_scan(dir_fd, queue_list_count, list, err);
    queue_list_cut(list);
    return done;
}

void queue_list_free(struct queue_list *list)
{
    for (size_t i = 0; i < list->kept_count; i++) {
        free(list->kept[i].name);
    }
    free(list->kept);
    *list = (struct queue_list){0};
}
