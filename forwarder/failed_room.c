/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "failed_room.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "relay/spool_shares.h"
#include "util/clock.h"
#include "util/file_status.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "failed_room"

/* Another forwarder may add files, too: the directory is counted anew from time to time. */
enum { COUNT_AGAIN_MS = 3600000 };

enum { CLEARED_SHARE = 16 };

struct failed_room {
    pthread_mutex_t lock;
    struct spool *spool;
    struct spool_share limit;
    struct spool_shares shares;
    int64_t counted_ms; /* 0: not yet */
};

/* A file that may be removed. */
struct unverified {
    char *name;
    int64_t bytes;
    struct timespec since; /* when it came here */
};

/* The node's files, as a look into the directory shows them. */
struct node_look {
    const struct failed_room *room;
    uint64_t node;
    size_t files;
    int64_t bytes;
    struct unverified *unverified;
    size_t count;
    size_t size;
};

struct failed_room *failed_room_new(struct spool *spool, size_t files, int64_t bytes)
{
    struct failed_room *room = xcalloc(1, sizeof *room);
    pthread_mutex_init(&room->lock, NULL);
    room->spool = spool;
    room->limit = (struct spool_share){.files = files, .bytes = bytes};
    return room;
}

static bool owner_by_note(const void *context, int dir_fd, const char *name, char node_id[NODE_ID_SIZE])
{
    const struct spool *spool = context;
    struct spool_note note;
    spool_note_read(dir_fd, name, &note);
    if (note.directory.text[0] == '\0' || !spool_note_owned(spool, &note)) {
        return false;
    }
    strcpy(node_id, node_id_valid(note.node.text, strlen(note.node.text)) ? note.node.text : "");
    return true;
}

struct failed_room *failed_room_new_inventories(struct spool *spool, size_t files, int64_t bytes)
{
    struct failed_room *room = failed_room_new(spool, files, bytes);
    room->shares.owner = owner_by_note;
    room->shares.owner_context = spool;
    return room;
}

void failed_room_free(struct failed_room *room)
{
    if (room != NULL) {
        spool_shares_free(&room->shares);
        pthread_mutex_destroy(&room->lock);
        free(room);
    }
}

static bool look_at_file(void *context, const struct spool_entry *entry)
{
    struct node_look *look = context;
    struct spool_note note;
    uint64_t node;
    if (!spool_shares_key_of_file(&look->room->shares, spool_failed_fd(look->room->spool), entry->name, &node) ||
        node != look->node) {
        return true;
    }
    look->files++;
    look->bytes += entry->size;
    spool_note_read(spool_failed_fd(look->room->spool), entry->name, &note);
    if (!note.verified) {
        look->unverified = xgrow(look->unverified, look->count, &look->size, sizeof *look->unverified);
        look->unverified[look->count++] =
            (struct unverified){xstrdup(entry->name), entry->size, entry->status->st_ctim};
    }
    return true;
}

static int order_of_arrival(const void *left, const void *right)
{
    const struct unverified *a = left;
    const struct unverified *b = right;
    int order = file_status_compare_times(&a->since, &b->since);
    return order != 0 ? order : strcmp(a->name, b->name);
}

/* Removes the oldest files until the rest is no more than `most`. Returns how many. */
static size_t remove_oldest(struct node_look *look, const struct spool_share *most)
{
    size_t removed = 0;
    for (size_t i = 0; i < look->count && (look->files > most->files || look->bytes > most->bytes); i++) {
        removed += spool_drop(look->room->spool, look->unverified[i].name, NULL);
        look->files--; /* if it could not be dropped, somebody else has taken it */
        look->bytes -= look->unverified[i].bytes;
    }
    return removed;
}

static struct spool_share reduced(const struct spool_share *limit)
{
    struct spool_share share = *limit;
    share.files -= limit->files / CLEARED_SHARE;
    share.bytes -= limit->bytes / CLEARED_SHARE;
    return share;
}

/* Looks at the node's files, and clears. What is left may still be too much, since verified files stay: then the next
 * look comes only after as many more as would have been cleared. */
static size_t clear_node(struct failed_room *room, const char *node_id)
{
    struct node_look look = {.room = room, .node = spool_shares_key(&room->shares, node_id)};
    const struct spool_share most = reduced(&room->limit);
    bool too_much = spool_scan(spool_failed_fd(room->spool), look_at_file, &look, NULL) &&
                    (look.files > room->limit.files || look.bytes > room->limit.bytes);
    size_t removed = 0;
    if (too_much && look.count > 0) {
        qsort(look.unverified, look.count, sizeof *look.unverified, order_of_arrival);
        removed = remove_oldest(&look, &most);
        log_warn("the oldest refused files without a valid signature removed, since their node has too many",
                 log_text("node", node_id), log_number("files", (int64_t)removed),
                 log_text("oldest", look.unverified[0].name));
    }
    spool_shares_set(&room->shares, node_id, too_much && look.files > most.files ? most.files : look.files,
                     too_much && look.bytes > most.bytes ? most.bytes : look.bytes);
    for (size_t i = 0; i < look.count; i++) {
        free(look.unverified[i].name);
    }
    free(look.unverified);
    return removed;
}

/* Adds the new file to what is known, or counts the directory anew, where the file is already. */
static void count(struct failed_room *room, const char *node_id, int64_t bytes)
{
    int64_t now_ms = clock_ms();
    if (room->counted_ms != 0 && now_ms - room->counted_ms < COUNT_AGAIN_MS) {
        spool_shares_add(&room->shares, node_id, bytes);
        return;
    }
    spool_shares_read(&room->shares, spool_failed_fd(room->spool), false);
    room->counted_ms = now_ms;
}

size_t failed_room_added(struct failed_room *room, const char *node_id, int64_t bytes)
{
    pthread_mutex_lock(&room->lock);
    count(room, node_id, bytes);
    struct spool_share share = spool_shares_of(&room->shares, node_id);
    bool too_much = share.files > room->limit.files || share.bytes > room->limit.bytes;
    size_t removed = too_much ? clear_node(room, node_id) : 0;
    pthread_mutex_unlock(&room->lock);
    return removed;
}
