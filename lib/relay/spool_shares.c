/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool_shares.h"

#include <stdlib.h>
#include <string.h>

#include "relay/run_info.h"
#include "relay/spool.h"
#include "relay/spool_beside.h"
#include "util/xmalloc.h"

uint64_t spool_shares_key(const struct spool_shares *shares, const char *node_id)
{
    return siphash(&shares->key, node_id, strlen(node_id));
}

void spool_shares_free(struct spool_shares *shares)
{
    free(shares->nodes);
    *shares = (struct spool_shares){0};
}

static void look_anew(struct spool_shares *shares)
{
    shares->all = (struct spool_share){0};
    shares->node_count = 0;
    if (shares->key.words[0] == 0) {
        shares->key = siphash_key_new();
    }
}

void spool_shares_count(struct spool_shares *shares, int dir_fd, size_t enough)
{
    look_anew(shares);
    shares->all.files = spool_count(dir_fd, enough);
}

static bool owner_by_name(const void *context, int dir_fd, const char *name, char node_id[NODE_ID_SIZE])
{
    char base[SAFE_FILE_NAME_SIZE];
    struct run_info info;
    (void)context;
    (void)dir_fd;
    spool_beside_number(name, base);
    strcpy(node_id, run_info_parse(base, strlen(base), &info, NULL) ? info.node_id : "");
    return true;
}

bool spool_shares_key_of_file(const struct spool_shares *shares, int dir_fd, const char *name, uint64_t *key)
{
    char node_id[NODE_ID_SIZE];
    spool_shares_owner *owner = shares->owner != NULL ? shares->owner : owner_by_name;
    if (!owner(shares->owner_context, dir_fd, name, node_id)) {
        return false;
    }
    *key = spool_shares_key(shares, node_id);
    return true;
}

static bool see_file(void *context, const struct spool_entry *entry)
{
    struct spool_shares *shares = context;
    size_t files = !shares->once || !spool_beside_is(entry->name);
    uint64_t node;
    if (!spool_shares_key_of_file(shares, shares->dir_fd, entry->name, &node)) {
        return true;
    }
    shares->all.files += files;
    shares->all.bytes += entry->size;
    shares->nodes = xgrow(shares->nodes, shares->node_count, &shares->node_size, sizeof *shares->nodes);
    shares->nodes[shares->node_count++] =
        (struct spool_share){node, files, entry->size};
    return true;
}

static int order_of_shares(const void *left, const void *right)
{
    const struct spool_share *a = left;
    const struct spool_share *b = right;
    return (a->node > b->node) - (a->node < b->node);
}

static void sum_up(struct spool_shares *shares)
{
    size_t kept = 0;
    for (size_t i = 0; i < shares->node_count; i++) {
        const struct spool_share share = shares->nodes[i];
        if (kept > 0 && shares->nodes[kept - 1].node == share.node) {
            shares->nodes[kept - 1].files += share.files;
            shares->nodes[kept - 1].bytes += share.bytes;
        } else {
            shares->nodes[kept++] = share;
        }
    }
    shares->node_count = kept;
}

void spool_shares_read(struct spool_shares *shares, int dir_fd, bool once)
{
    look_anew(shares);
    shares->once = once;
    shares->dir_fd = dir_fd;
    spool_scan(dir_fd, see_file, shares, NULL);
    if (shares->node_count > 0) {
        qsort(shares->nodes, shares->node_count, sizeof *shares->nodes, order_of_shares);
        sum_up(shares);
    }
}

static struct spool_share *find_node(const struct spool_shares *shares, const char *node_id)
{
    const struct spool_share wanted = {.node = spool_shares_key(shares, node_id)};
    if (shares->node_count == 0) {
        return NULL;
    }
    return bsearch(&wanted, shares->nodes, shares->node_count, sizeof wanted, order_of_shares);
}

struct spool_share spool_shares_of(const struct spool_shares *shares, const char *node_id)
{
    const struct spool_share *share = find_node(shares, node_id);
    return share != NULL ? *share : (struct spool_share){0};
}

/* Inserts the node at its place in the order. */
static struct spool_share *insert_node(struct spool_shares *shares, uint64_t node)
{
    size_t at = shares->node_count;
    shares->nodes = xgrow(shares->nodes, shares->node_count, &shares->node_size, sizeof *shares->nodes);
    while (at > 0 && shares->nodes[at - 1].node > node) {
        at--;
    }
    memmove(shares->nodes + at + 1, shares->nodes + at, (shares->node_count - at) * sizeof *shares->nodes);
    shares->node_count++;
    shares->nodes[at] = (struct spool_share){.node = node};
    return &shares->nodes[at];
}

void spool_shares_set(struct spool_shares *shares, const char *node_id, size_t files, int64_t bytes)
{
    struct spool_share *share = find_node(shares, node_id);
    if (share == NULL) {
        share = insert_node(shares, spool_shares_key(shares, node_id));
    }
    shares->all.files += files - share->files;
    shares->all.bytes += bytes - share->bytes;
    share->files = files;
    share->bytes = bytes;
}

void spool_shares_add(struct spool_shares *shares, const char *node_id, int64_t bytes)
{
    const struct spool_share share = spool_shares_of(shares, node_id);
    spool_shares_set(shares, node_id, share.files + 1, share.bytes + bytes);
}
