/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_store_private.h"

#include <stdlib.h>

#include "util/clock.h"

struct due_scan {
    const struct relay_config_syslog *config;
    int64_t now_ms;
    struct run_store_run *runs;
    size_t most;
    size_t found;
    int64_t next_ms;
};

static void describe_run(struct run_store_run *out, const MDB_val *key, const struct stored_run *run)
{
    size_t len = key->mv_size - 8; /* with the NUL */
    memcpy(out->node_id, key->mv_data, len < sizeof out->node_id ? len : sizeof out->node_id);
    out->start = (struct timestamp){.seconds = run->start, .offset_minutes = run->offset_minutes};
    out->number = run->number;
    out->lines = run->lines;
    out->end = run->has_end ? RUN_STORE_BY_REPORT : run->cut ? RUN_STORE_BY_LIMIT : RUN_STORE_BY_TIMEOUT;
}

/* A run is due when nothing has come for a while, and also when the clock was set back by more than that. */
static bool scan_run(void *context, const MDB_val *key, const MDB_val *value)
{
    struct due_scan *scan = context;
    struct stored_run run = stored_run_of(value);
    int64_t wait_ms = (run.has_end ? scan->config->settle_time : scan->config->run_timeout) * 1000;
    int64_t quiet_ms = llabs(scan->now_ms - run.last_ms);
    if (!run.cut && quiet_ms < wait_ms) {
        scan->next_ms = clock_earlier(scan->next_ms, scan->now_ms + wait_ms - quiet_ms);
        return true;
    }
    if (scan->found == scan->most) {
        scan->next_ms = scan->now_ms;
        return false;
    }
    describe_run(&scan->runs[scan->found++], key, &run);
    return true;
}

/* A transaction for reading; there is only one thread, so LMDB needs no locks. */
static int begin_reading(struct run_store *store, MDB_txn **txn)
{
    return mdb_txn_begin(store->env, NULL, MDB_RDONLY, txn);
}

bool run_store_find_due(struct run_store *store, int64_t now_ms, struct run_store_run *runs, size_t most, size_t *found,
                        int64_t *next_ms, struct err *err)
{
    struct due_scan scan = {store->config, now_ms, runs, most, 0, INT64_MAX};
    MDB_txn *txn;
    int code = begin_reading(store, &txn);
    if (code == 0) {
        code = run_store_each(txn, store->runs, "", 0, scan_run, &scan);
        mdb_txn_abort(txn);
    }
    *found = scan.found;
    *next_ms = scan.next_ms;
    return code == 0 || run_store_fault(code, err);
}

static size_t table_bytes(MDB_txn *txn, MDB_dbi dbi)
{
    MDB_stat stat;
    if (mdb_stat(txn, dbi, &stat) != 0) {
        return 0;
    }
    return (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * stat.ms_psize;
}

struct oldest_scan {
    struct run_store_run *run;
    int64_t last_ms;
    bool any;
};

static bool find_oldest(void *context, const MDB_val *key, const MDB_val *value)
{
    struct oldest_scan *scan = context;
    struct stored_run run = stored_run_of(value);
    if (!scan->any || run.last_ms < scan->last_ms) {
        scan->any = true;
        scan->last_ms = run.last_ms;
        describe_run(scan->run, key, &run);
        scan->run->end = RUN_STORE_BY_LIMIT;
    }
    return true;
}

bool run_store_is_full(struct run_store *store, struct run_store_run *run)
{
    struct oldest_scan scan = {.run = run};
    MDB_txn *txn;
    if (begin_reading(store, &txn) != 0) {
        return false;
    }
    size_t bytes = table_bytes(txn, store->lines) + table_bytes(txn, store->ids) + table_bytes(txn, store->runs);
    if (bytes > (size_t)store->config->max_state_size) {
        run_store_each(txn, store->runs, "", 0, find_oldest, &scan);
    }
    mdb_txn_abort(txn);
    return scan.any;
}

static bool add_stored_line(void *context, const MDB_val *key, const MDB_val *value)
{
    (void)key;
    buffer_add(context, value->mv_data, value->mv_size);
    return true;
}

bool run_store_read(struct run_store *store, const struct run_store_run *run, struct buffer *out, struct err *err)
{
    unsigned char prefix[8];
    MDB_txn *txn;
    run_store_put_number(prefix, run->number);
    int code = begin_reading(store, &txn);
    if (code == 0) {
        code = run_store_each(txn, store->lines, prefix, sizeof prefix, add_stored_line, out);
        mdb_txn_abort(txn);
    }
    return code == 0 || run_store_fault(code, err);
}

/* Removes the records of the run in a table whose keys begin with its number. */
static int remove_items(struct run_store *store, MDB_dbi dbi, uint64_t number)
{
    unsigned char prefix[8];
    MDB_cursor *cursor;
    MDB_val key = {sizeof prefix, prefix}, value;
    run_store_put_number(prefix, number);
    int code = mdb_cursor_open(store->txn, dbi, &cursor);
    if (code != 0) {
        return code;
    }
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    while (code == 0 && key.mv_size >= sizeof prefix && memcmp(key.mv_data, prefix, sizeof prefix) == 0) {
        code = mdb_cursor_del(cursor, 0);
        code = code == 0 ? mdb_cursor_get(cursor, &key, &value, MDB_NEXT) : code; /* what is behind it */
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

struct ended_scan {
    size_t count;
    struct run_key oldest;
    int64_t oldest_ms;
};

static bool count_ended(void *context, const MDB_val *key, const MDB_val *value)
{
    struct ended_scan *scan = context;
    int64_t at_ms = 0;
    memcpy(&at_ms, value->mv_data, value->mv_size < sizeof at_ms ? value->mv_size : sizeof at_ms);
    if (scan->count++ == 0 || at_ms < scan->oldest_ms) {
        memcpy(scan->oldest.bytes, key->mv_data, key->mv_size);
        scan->oldest.len = key->mv_size;
        scan->oldest_ms = at_ms;
    }
    return true;
}

/* The one that was ended the longest time ago makes room. */
static int remember_end(struct run_store *store, const struct run_key *key, int64_t now_ms)
{
    struct ended_scan scan = {0};
    MDB_val at = run_key_value(key), value = {sizeof now_ms, &now_ms};
    int code = run_store_each(store->txn, store->ended, key->bytes, key->node_len, count_ended, &scan);
    if (code == 0 && scan.count >= RUN_STORE_ENDED) {
        MDB_val oldest = run_key_value(&scan.oldest);
        code = mdb_del(store->txn, store->ended, &oldest, NULL);
    }
    return code == 0 ? mdb_put(store->txn, store->ended, &at, &value, 0) : code;
}

bool run_store_end(struct run_store *store, const struct run_store_run *run, int64_t now_ms, struct err *err)
{
    struct run_key key;
    run_key_make(&key, run->node_id, run->start.seconds);
    MDB_val at = run_key_value(&key);
    if (!run_store_begin(store, err)) {
        return false;
    }
    int code = remove_items(store, store->lines, run->number);
    code = code == 0 ? remove_items(store, store->ids, run->number) : code;
    code = code == 0 ? mdb_del(store->txn, store->runs, &at, NULL) : code;
    code = code == 0 ? remember_end(store, &key, now_ms) : code;
    if (code != 0) {
        run_store_abort(store);
        return run_store_fault(code, err);
    }
    return run_store_commit(store, err);
}

size_t run_store_count(struct run_store *store)
{
    MDB_txn *txn;
    MDB_stat stat = {0};
    if (begin_reading(store, &txn) == 0) {
        mdb_stat(txn, store->runs, &stat);
        mdb_txn_abort(txn);
    }
    return stat.ms_entries;
}
