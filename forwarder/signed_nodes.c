/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signed_nodes.h"

#include <lmdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/xmalloc.h"

enum { SIGNED_NODES_SIZE = 256 << 20 }; /* bytes of address space; 100,000 nodes take some 10 MB */

struct signed_nodes {
    MDB_env *env;
    MDB_dbi dbi;
};

static bool signed_nodes_fault(int code, struct err *err)
{
    return err_set(err, "the list of nodes that have sent signed runs: %s", mdb_strerror(code));
}

static int open_dbi(struct signed_nodes *nodes)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(nodes->env, NULL, 0, &txn);
    if (code != 0) {
        return code;
    }
    code = mdb_dbi_open(txn, NULL, 0, &nodes->dbi);
    if (code != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

struct signed_nodes *signed_nodes_open(const char *path, struct err *err)
{
    struct signed_nodes *nodes = xcalloc(1, sizeof *nodes);
    int dead;
    int code = mdb_env_create(&nodes->env);
    code = code == 0 ? mdb_env_set_mapsize(nodes->env, SIGNED_NODES_SIZE) : code;
    code = code == 0 ? mdb_env_open(nodes->env, path, MDB_NOSUBDIR | MDB_NOTLS, 0640) : code;
    code = code == 0 ? mdb_reader_check(nodes->env, &dead) : code; /* of a forwarder that was killed */
    code = code == 0 ? open_dbi(nodes) : code;
    if (code != 0) {
        signed_nodes_fault(code, err);
        err_prefix(err, "%s", path);
        signed_nodes_close(nodes);
        return NULL;
    }
    return nodes;
}

void signed_nodes_close(struct signed_nodes *nodes)
{
    if (nodes != NULL) {
        mdb_env_close(nodes->env);
        free(nodes);
    }
}

static MDB_val signed_nodes_key(const char *node_id)
{
    return (MDB_val){strlen(node_id), (void *)(uintptr_t)node_id};
}

/* True with *new when one of them is not in it. */
static bool any_new(const struct signed_nodes *nodes, const char *const *node_ids, size_t count, bool *new,
                    struct err *err)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(nodes->env, NULL, MDB_RDONLY, &txn);
    if (code != 0) {
        return signed_nodes_fault(code, err);
    }
    *new = false;
    for (size_t i = 0; i < count && code == 0; i++) {
        MDB_val key = signed_nodes_key(node_ids[i]), value;
        code = mdb_get(txn, nodes->dbi, &key, &value);
    }
    mdb_txn_abort(txn);
    *new = code == MDB_NOTFOUND;
    return code == 0 || *new || signed_nodes_fault(code, err);
}

bool signed_nodes_find(const struct signed_nodes *nodes, const char *node_id, bool *found, struct err *err)
{
    bool new;
    if (!any_new(nodes, &node_id, 1, &new, err)) {
        return false;
    }
    *found = !new;
    return true;
}

bool signed_nodes_add(struct signed_nodes *nodes, const char *const *node_ids, size_t count, struct err *err)
{
    MDB_txn *txn;
    int64_t now = time(NULL);
    bool new;
    if (!any_new(nodes, node_ids, count, &new, err)) {
        return false;
    }
    if (!new) {
        return true;
    }
    int code = mdb_txn_begin(nodes->env, NULL, 0, &txn);
    if (code != 0) {
        return signed_nodes_fault(code, err);
    }
    for (size_t i = 0; i < count && code == 0; i++) {
        MDB_val key = signed_nodes_key(node_ids[i]), value = {sizeof now, &now};
        code = mdb_put(txn, nodes->dbi, &key, &value, MDB_NOOVERWRITE);
        code = code == MDB_KEYEXIST ? 0 : code;
    }
    if (code != 0) {
        mdb_txn_abort(txn);
        return signed_nodes_fault(code, err);
    }
    code = mdb_txn_commit(txn);
    return code == 0 || signed_nodes_fault(code, err);
}
