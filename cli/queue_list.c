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

static void queue_list_swap(struct queue_file *a, struct queue_file *b)
{
    struct queue_file kept = *a;
    *a = *b;
    *b = kept;
}

/* The top of the heap is the file that comes last in the list: it is dropped first. */
static void queue_list_sift_up(struct queue_file *heap, size_t at)
{
    while (at > 0 && queue_list_order(&heap[at], &heap[(at - 1) / 2]) > 0) {
        queue_list_swap(&heap[at], &heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

static void queue_list_sift_down(struct queue_file *heap, size_t count)
{
    for (size_t at = 0, child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && queue_list_order(&heap[child + 1], &heap[child]) > 0) {
            child++;
        }
        if (queue_list_order(&heap[at], &heap[child]) >= 0) {
            return;
        }
        queue_list_swap(&heap[at], &heap[child]);
    }
}

static void queue_list_keep(struct queue_list *list, const struct spool_entry *entry)
{
    if (list->kept_count < list->limit) {
        if ((list->kept_count & (list->kept_count + 1)) == 0) { /* 0, 1, 3, 7, ...: full */
            list->kept = xreallocarray(list->kept, 2 * list->kept_count + 1, sizeof *list->kept);
        }
        list->kept[list->kept_count++] = (struct queue_file){xstrdup(entry->name), entry->size, entry->mtime};
        queue_list_sift_up(list->kept, list->kept_count - 1);
        return;
    }
    struct queue_file file = {(char *)entry->name, entry->size, entry->mtime};
    if (list->limit > 0 && queue_list_order(&file, &list->kept[0]) < 0) {
        free(list->kept[0].name);
        list->kept[0] = (struct queue_file){xstrdup(entry->name), entry->size, entry->mtime};
        queue_list_sift_down(list->kept, list->kept_count);
    }
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
    if (list->kept_count > 0) {
        qsort(list->kept, list->kept_count, sizeof *list->kept, queue_list_order);
    }
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
