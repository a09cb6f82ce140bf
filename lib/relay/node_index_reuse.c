/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/node_index_reuse.h"

#include <stdlib.h>
#include <string.h>

#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "node_index_reuse"

static const char *value_digest(struct slice value)
{
    return value.at + value.len - NODE_INDEX_DIGEST;
}

static int compare_digests(const void *a, const void *b)
{
    return memcmp(value_digest(*(const struct slice *)a), value_digest(*(const struct slice *)b), NODE_INDEX_DIGEST);
}

static int compare_to_digest(const void *digest, const void *value)
{
    return memcmp(digest, value_digest(*(const struct slice *)value), NODE_INDEX_DIGEST);
}

static bool collect_certificate(void *context, struct slice value)
{
    struct node_index_reuse *reuse = context;
    if (value.len >= NODE_INDEX_DIGEST) {
        reuse->values = xgrow(reuse->values, reuse->count, &reuse->room, sizeof *reuse->values);
        reuse->values[reuse->count++] = value;
    }
    return true;
}

void node_index_reuse_open(struct node_index_reuse *reuse, const char *index_file)
{
    *reuse = (struct node_index_reuse){.index = node_index_open(index_file, NULL)};
    if (reuse->index == NULL) {
        return;
    }
    if (!node_index_is_whole(reuse->index)) {
        log_warn("the node index is damaged: all certificates are read anew", log_text("file", index_file));
        return;
    }
    node_index_walk_certificates(reuse->index, collect_certificate, reuse);
    if (reuse->count > 0) {
        qsort(reuse->values, reuse->count, sizeof *reuse->values, compare_digests);
    }
}

void node_index_reuse_close(struct node_index_reuse *reuse)
{
    free(reuse->values);
    node_index_close(reuse->index);
    *reuse = (struct node_index_reuse){0};
}

bool node_index_reuse_find(const struct node_index_reuse *reuse, const unsigned char digest[NODE_INDEX_DIGEST],
                           struct slice *value, char node_id[NODE_ID_SIZE])
{
    struct cert_record record;
    const struct slice *found =
        reuse->count == 0 ? NULL
                          : bsearch(digest, reuse->values, reuse->count, sizeof *reuse->values, compare_to_digest);
    if (found == NULL || !cert_record_unpack(*found, &record)) {
        return false;
    }
    const char *id = record.key_digest.at + record.key_digest.len; /* the record's last slice */
    ptrdiff_t len = value_digest(*found) - id;
    if (len <= 0 || !node_id_valid(id, (size_t)len)) {
        return false;
    }
    memcpy(node_id, id, (size_t)len);
    node_id[len] = '\0';
    *value = *found;
    return true;
}

void node_index_reuse_add(struct buffer *record, const char *node_id, const unsigned char digest[NODE_INDEX_DIGEST])
{
    buffer_add_text(record, node_id);
    buffer_add(record, digest, NODE_INDEX_DIGEST);
}
