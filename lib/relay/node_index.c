/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/node_index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relay/node_index_format.h"
#include "util/close_fd.h"
#include "util/file_status.h"
#include "util/xmalloc.h"

enum {
    OPEN_ATTEMPTS = 5, /* an attempt fails only if a build ends in the middle of it */
    /* After this many reads (about 4 MB) the file is mapped anew, because each page read, and the pages that the kernel
     * maps around it, count as memory of the process. They stay in the page cache. */
    READS_PER_MAP = 32
};

struct map {
    MDB_env *env;
    MDB_txn *txn; /* one for the life of the map: the file never changes */
    MDB_dbi dbi;
    struct stat stat;
    struct node_index_summary summary;
    unsigned reads;
};

struct node_index {
    char *path;
    struct map map;
};

/* ---- mapping ---- */

static void map_close(struct map *map)
{
    if (map->txn != NULL) {
        mdb_txn_abort(map->txn);
    }
    if (map->env != NULL) {
        mdb_env_close(map->env);
    }
    *map = (struct map){0};
}

static bool map_database(struct map *map, const char *path, struct err *err)
{
    /* A map of one page grows to what the file holds. LMDB's locks are for writers, and there are none. */
    int code = mdb_env_create(&map->env);
    code = code == 0 ? mdb_env_set_mapsize(map->env, 1) : code;
    code = code == 0 ? mdb_env_open(map->env, path, MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK, 0) : code;
    code = code == 0 ? mdb_txn_begin(map->env, NULL, MDB_RDONLY, &map->txn) : code;
    code = code == 0 ? mdb_dbi_open(map->txn, NULL, 0, &map->dbi) : code;
    return code == 0 || err_set(err, "LMDB: %s", mdb_strerror(code));
}

enum map_status { MAP_DONE, MAP_FAILED, MAP_REPLACED };

/* Maps the file that was checked as fd. LMDB opens the path itself, so both must be the same file. */
static enum map_status map_checked(struct map *map, int fd, const char *path, struct err *err)
{
    struct node_index_trailer trailer;
    struct stat mapped;
    int mapped_fd;
    if (fstat(fd, &map->stat) != 0 || !node_index_read_trailer(fd, &trailer, err) || !map_database(map, path, err)) {
        return MAP_FAILED;
    }
    if (mdb_env_get_fd(map->env, &mapped_fd) != 0 || fstat(mapped_fd, &mapped) != 0 ||
        !file_status_is_same_file(&mapped, &map->stat)) {
        err_set(err, "replaced again and again while it was opened");
        return MAP_REPLACED;
    }
    map->summary = trailer.summary;
    return MAP_DONE;
}

static bool map_open(struct map *map, const char *path, struct err *err)
{
    enum map_status status = MAP_REPLACED;
    for (int attempt = 0; status == MAP_REPLACED && attempt < OPEN_ATTEMPTS; attempt++) {
        *map = (struct map){0};
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0) {
            return err_set_errno(err, errno, "%s", path);
        }
        status = map_checked(map, fd, path, err);
        close(fd);
        if (status != MAP_DONE) {
            map_close(map);
        }
    }
    return status == MAP_DONE || err_prefix(err, "%s", path);
}

struct node_index *node_index_open(const char *index_file, struct err *err)
{
    struct node_index *index = xcalloc(1, sizeof *index);
    index->path = xstrdup(index_file);
    if (!map_open(&index->map, index_file, err)) {
        node_index_close(index);
        return NULL;
    }
    return index;
}

void node_index_close(struct node_index *index)
{
    if (index != NULL) {
        map_close(&index->map);
        free(index->path);
        free(index);
    }
}

bool node_index_refresh(struct node_index *index, struct err *err)
{
    struct stat now;
    struct map map;
    if (stat(index->path, &now) != 0) {
        return err_set_errno(err, errno, "%s", index->path);
    }
    if (file_status_is_unchanged(&now, &index->map.stat) && index->map.reads < READS_PER_MAP) {
        return true;
    }
    if (!map_open(&map, index->path, err)) {
        return false;
    }
    map_close(&index->map);
    index->map = map;
    return true;
}

void node_index_summary(const struct node_index *index, struct node_index_summary *summary)
{
    *summary = index->map.summary;
}

bool node_index_current(const char *nodes_list_file, const char *nodes_certs_file, const char *index_file)
{
    struct node_index_trailer trailer;
    int fd = open(index_file, O_RDONLY | O_CLOEXEC);
    bool current = fd >= 0 && node_index_read_trailer(fd, &trailer, NULL) &&
                   node_index_sources_are(&trailer, nodes_list_file, nodes_certs_file);
    close_fd(&fd);
    return current;
}

/* ---- looking up ---- */

static bool node_index_get(struct node_index *index, MDB_val key, struct slice *value)
{
    MDB_val data;
    index->map.reads++;
    if (mdb_get(index->map.txn, index->map.dbi, &key, &data) != 0) {
        return false;
    }
    *value = (struct slice){data.mv_data, data.mv_size};
    return true;
}

/* Takes a node's record apart. numbers: the numbers of its certificates, not aligned. */
static bool take_apart(struct slice rest, struct node_index_entry *entry, struct slice *numbers)
{
    struct node_index_record record;
    if (rest.len < sizeof record) {
        return false;
    }
    memcpy(&record, slice_take(&rest, sizeof record).at, sizeof record);
    uint64_t numbers_len = (uint64_t)record.certificates * sizeof(uint32_t);
    if (rest.len != numbers_len + record.hostname_len + record.policy_server_len + record.key_hash_len) {
        return false;
    }
    *numbers = slice_take(&rest, (size_t)numbers_len);
    entry->hostname = slice_take(&rest, record.hostname_len);
    entry->policy_server = slice_take(&rest, record.policy_server_len);
    entry->key_hash = rest;
    return true;
}

static bool find_record(struct node_index *index, struct slice id, struct node_index_entry *entry,
                        struct slice *numbers)
{
    char key[NODE_INDEX_KEY_SIZE];
    struct slice record;
    return node_id_valid(id.at, id.len) && node_index_get(index, node_index_node_key(key, id), &record) &&
           take_apart(record, entry, numbers);
}

bool node_index_find(struct node_index *index, const char *node_id, struct node_index_entry *entry)
{
    struct node_index_entry found;
    struct slice numbers;
    if (!find_record(index, slice_from_str(node_id), &found, &numbers)) {
        return false;
    }
    if (entry != NULL) {
        *entry = found;
    }
    return true;
}

uint64_t node_index_neighbours(struct node_index *index, const char *policy_server)
{
    char key[NODE_INDEX_KEY_SIZE];
    struct slice id = slice_from_str(policy_server), value;
    uint64_t count = 0;
    if (node_id_valid(id.at, id.len) && node_index_get(index, node_index_server_key(key, id), &value) &&
        value.len == sizeof count) {
        memcpy(&count, value.at, sizeof count);
    }
    return count;
}

typedef bool pair_visit(void *context, struct slice key, struct slice value);

/* The pairs whose keys begin with the character `first`, ascending, until visit returns false. */
static int walk_pairs(struct node_index *index, const char *first, pair_visit *visit, void *context)
{
    MDB_cursor *cursor;
    MDB_val key = {1, (void *)(uintptr_t)first}, data;
    int code = mdb_cursor_open(index->map.txn, index->map.dbi, &cursor);
    if (code != 0) {
        return code;
    }
    index->map.reads = READS_PER_MAP; /* many pages: the next refresh gives them back */
    code = mdb_cursor_get(cursor, &key, &data, MDB_SET_RANGE);
    while (code == 0 && key.mv_size > 0 && *(const char *)key.mv_data == *first &&
           visit(context, (struct slice){key.mv_data, key.mv_size}, (struct slice){data.mv_data, data.mv_size})) {
        code = mdb_cursor_get(cursor, &key, &data, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

struct node_walk {
    node_index_visit *visit;
    void *context;
};

static bool visit_node(void *context, struct slice key, struct slice value)
{
    const struct node_walk *walk = context;
    struct node_index_entry entry;
    struct slice numbers;
    return !take_apart(value, &entry, &numbers) ||
           walk->visit(walk->context, slice_behind(key, 1), &entry);
}

bool node_index_walk(struct node_index *index, node_index_visit *visit, void *context, struct err *err)
{
    struct node_walk walk = {visit, context};
    int code = walk_pairs(index, NODE_INDEX_NODES, visit_node, &walk);
    return code == 0 || err_set(err, "%s: LMDB: %s", index->path, mdb_strerror(code));
}

struct certificate_walk {
    node_index_certificate_visit *visit;
    void *context;
};

static bool visit_certificate(void *context, struct slice key, struct slice value)
{
    const struct certificate_walk *walk = context;
    (void)key;
    return walk->visit(walk->context, value);
}

void node_index_walk_certificates(struct node_index *index, node_index_certificate_visit *visit, void *context)
{
    struct certificate_walk walk = {visit, context};
    walk_pairs(index, NODE_INDEX_CERTIFICATES, visit_certificate, &walk);
}

bool node_index_is_whole(const struct node_index *index)
{
    struct node_index_trailer trailer;
    int fd;
    return mdb_env_get_fd(index->map.env, &fd) == 0 && node_index_read_trailer(fd, &trailer, NULL) &&
           node_index_pages_whole(fd, &trailer);
}

size_t node_index_certificates(struct node_index *index, const char *node_id, struct cert_record *certificates,
                               size_t max)
{
    struct node_index_entry entry;
    struct slice numbers;
    size_t count = 0;
    if (!find_record(index, slice_from_str(node_id), &entry, &numbers)) {
        return 0;
    }
    while (count < max && numbers.len >= sizeof(uint32_t)) {
        char key[NODE_INDEX_KEY_SIZE];
        uint32_t number;
        struct slice packed;
        memcpy(&number, slice_take(&numbers, sizeof number).at, sizeof number);
        if (!node_index_get(index, node_index_certificate_key(key, number), &packed) ||
            !cert_record_unpack(packed, &certificates[count])) {
            break;
        }
        certificates[count++].der_digest = slice_behind(packed, packed.len - NODE_INDEX_DIGEST);
    }
    return count;
}

/* ---- routes ---- */

/* Walks up from the node to the one whose policy server is `top`, at most 20 levels. Returns the number of levels, 0
 * when there is no such path. */
static int climb(struct node_index *index, const char *node_id, const char *top, struct slice *below)
{
    struct slice numbers;
    struct node_index_entry entry;
    *below = slice_from_str(node_id);
    for (int level = 1; level <= NODE_INDEX_MAX_LEVELS && find_record(index, *below, &entry, &numbers); level++) {
        if (slice_eq_str(entry.policy_server, top)) {
            return level;
        }
        *below = entry.policy_server;
    }
    return 0;
}

bool node_index_is_above(struct node_index *index, const char *ancestor, const char *node_id)
{
    struct slice below;
    return (strcmp(ancestor, node_id) == 0 && node_index_find(index, node_id, NULL)) ||
           climb(index, node_id, ancestor, &below) > 0;
}

bool node_index_next_hop(struct node_index *index, const char *me, const char *node_id, struct slice *next_hop)
{
    return climb(index, node_id, me, next_hop) > 0;
}

int node_index_levels(struct node_index *index, const char *me, const char *node_id)
{
    struct slice below;
    return climb(index, node_id, me, &below);
}
