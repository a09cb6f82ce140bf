/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/close_fd.h"
#include "util/xmalloc.h"

enum { LOCK_WITHIN_MS = 8000, LOCK_PAUSE_MS = 50 };

const char *const run_store_tables[RUN_STORE_TABLES] = {"runs", "lines", "ids", "ended"};

/* LMDB calls it EIO when the disk takes a part of what it writes. */
bool run_store_fault(int code, struct err *err)
{
    return err_set(err, "the store of runs: %s%s", mdb_strerror(code), code == EIO ? " (is the disk full?)" : "");
}

void run_store_put_number(unsigned char out[8], uint64_t number)
{
    for (int i = 0; i < 8; i++) {
        out[i] = (unsigned char)(number >> (56 - 8 * i));
    }
}

void run_key_make(struct run_key *key, const char *node_id, int64_t start)
{
    key->node_len = strlen(node_id) + 1;
    memcpy(key->bytes, node_id, key->node_len);
    run_store_put_number(key->bytes + key->node_len, (uint64_t)start ^ (UINT64_C(1) << 63)); /* negative ones first */
    key->len = key->node_len + 8;
}

int run_store_each(MDB_txn *txn, MDB_dbi dbi, const void *prefix, size_t prefix_len, run_store_visit *visit,
                   void *context)
{
    MDB_cursor *cursor;
    MDB_val key = {prefix_len, (void *)(uintptr_t)prefix}, value;
    int code = mdb_cursor_open(txn, dbi, &cursor);
    if (code != 0) {
        return code;
    }
    code = mdb_cursor_get(cursor, &key, &value, prefix_len > 0 ? MDB_SET_RANGE : MDB_FIRST);
    while (code == 0 && key.mv_size >= prefix_len && memcmp(key.mv_data, prefix, prefix_len) == 0 &&
           visit(context, &key, &value)) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* rsyslog may start the program again before the last one has seen the end of its input. */
static bool take_lock(struct run_store *store, struct err *err)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
    char *path = xasprintf("%s/lock", store->config->state_directory);
    int64_t until_ms = clock_ms() + LOCK_WITHIN_MS;
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->lock_fd < 0) {
        err_set_errno(err, errno, "%s", path);
    }
    free(path);
    while (store->lock_fd >= 0 && flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (clock_ms() > until_ms) {
            return err_set(err, "%s: another rudder-relay-syslog has it", store->config->state_directory);
        }
        nanosleep(&pause, NULL);
    }
    return store->lock_fd >= 0;
}

static int open_tables(struct run_store *store)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(store->env, NULL, 0, &txn);
    if (code != 0) {
        return code;
    }
    MDB_dbi *const tables[RUN_STORE_TABLES] = {&store->runs, &store->lines, &store->ids, &store->ended};
    for (size_t i = 0; code == 0 && i < RUN_STORE_TABLES; i++) {
        code = mdb_dbi_open(txn, run_store_tables[i], MDB_CREATE, tables[i]);
    }
    if (code != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

/* The file may have twice the allowed size: removing a run from a full store needs room, too. */
static bool open_run_file(struct run_store *store, const char *path, struct err *err)
{
    size_t size = 2 * (size_t)store->config->max_state_size + (64 << 20);
    int code = mdb_env_create(&store->env);
    code = code == 0 ? mdb_env_set_maxdbs(store->env, RUN_STORE_TABLES) : code;
    code = code == 0 ? mdb_env_set_mapsize(store->env, size) : code;
    code = code == 0 ? mdb_env_open(store->env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0600) : code;
    code = code == 0 ? open_tables(store) : code;
    return code == 0 || err_set(err, "%s: %s", path, mdb_strerror(code));
}

struct run_store *run_store_open(const struct relay_config_syslog *config, struct err *err)
{
    struct run_store *store = xcalloc(1, sizeof *store);
    store->config = config;
    store->lock_fd = -1;
    char *path = xasprintf("%s/runs.mdb", config->state_directory);
    bool good = take_lock(store, err) && run_store_move_damaged(path, err) && open_run_file(store, path, err);
    free(path);
    if (!good) {
        run_store_close(store);
        store = NULL;
    }
    return store;
}

void run_store_close(struct run_store *store)
{
    if (store != NULL) {
        run_store_abort(store);
        if (store->env != NULL) {
            mdb_env_close(store->env);
        }
        close_fd(&store->lock_fd);
        free(store);
    }
}

bool run_store_begin(struct run_store *store, struct err *err)
{
    int code = mdb_txn_begin(store->env, NULL, 0, &store->txn);
    if (code != 0) {
        store->txn = NULL;
        return run_store_fault(code, err);
    }
    return true;
}

bool run_store_commit(struct run_store *store, struct err *err)
{
    int code = mdb_txn_commit(store->txn);
    store->txn = NULL;
    return code == 0 || run_store_fault(code, err);
}

void run_store_abort(struct run_store *store)
{
    if (store->txn != NULL) {
        mdb_txn_abort(store->txn);
        store->txn = NULL;
    }
}
