/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_store_private.h"

/* A node may have CUT_FACTOR times syslog.max_runs_per_node runs, counting those that are to be ended: runs are not
 * ended the moment they are due. */
enum { CUT_FACTOR = 4 };

struct node_runs {
    size_t count;  /* all */
    size_t active; /* those that are not to be ended */
    struct run_key oldest;
    struct stored_run oldest_run; /* of the active ones */
};

static bool count_node_run(void *context, const MDB_val *key, const MDB_val *value)
{
    struct node_runs *runs = context;
    struct stored_run run = stored_run_of(value);
    runs->count++;
    if (run.has_end || run.cut) {
        return true;
    }
    if (runs->active++ == 0 || run.last_ms < runs->oldest_run.last_ms) {
        memcpy(runs->oldest.bytes, key->mv_data, key->mv_size);
        runs->oldest.len = key->mv_size;
        runs->oldest_run = run;
    }
    return true;
}

static int put_run_record(struct run_store *store, const struct run_key *key, const struct stored_run *run)
{
    MDB_val at = run_key_value(key), value = {sizeof *run, (void *)(uintptr_t)run};
    return mdb_put(store->txn, store->runs, &at, &value, 0);
}

/* Numbers only rise: that of a run that was ended may be used again, since nothing of it is left. */
static int next_number(struct run_store *store, uint64_t *number)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    int code = mdb_cursor_open(store->txn, store->lines, &cursor);
    if (code != 0) {
        return code;
    }
    code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    *number = 1;
    if (code == 0) {
        uint64_t last = 0;
        for (int i = 0; i < 8; i++) {
            last = last << 8 | ((const unsigned char *)key.mv_data)[i];
        }
        *number = last + 1;
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* A run of which this is the first message. *limit: its node has too many. */
static int new_run(struct run_store *store, const struct run_key *key, const struct timestamp *start,
                   struct stored_run *run, bool *limit)
{
    const size_t most = (size_t)store->config->max_runs_per_node;
    struct node_runs runs = {0};
    int code = run_store_each(store->txn, store->runs, key->bytes, key->node_len, count_node_run, &runs);
    *limit = runs.count >= most * CUT_FACTOR;
    if (code == 0 && !*limit && runs.active >= most) {
        runs.oldest_run.cut = 1;
        code = put_run_record(store, &runs.oldest, &runs.oldest_run);
    }
    *run = (struct stored_run){0};
    run->start = start->seconds;
    run->offset_minutes = start->offset_minutes;
    return code != 0 || *limit ? code : next_number(store, &run->number);
}

static size_t item_key(unsigned char out[ITEM_KEY_SIZE], uint64_t number, const void *rest, size_t len)
{
    run_store_put_number(out, number);
    memcpy(out + 8, rest, len);
    return 8 + len;
}

/* MDB_KEYEXIST: the message was there. */
static int put_id(struct run_store *store, const struct stored_run *run, const char *id)
{
    unsigned char bytes[ITEM_KEY_SIZE];
    MDB_val key = {item_key(bytes, run->number, id, strlen(id)), bytes}, nothing = {0, NULL};
    return mdb_put(store->txn, store->ids, &key, &nothing, MDB_NOOVERWRITE);
}

static int put_line(struct run_store *store, const struct stored_run *run, struct slice text)
{
    unsigned char bytes[ITEM_KEY_SIZE], place[8];
    run_store_put_number(place, run->lines);
    MDB_val key = {item_key(bytes, run->number, place, sizeof place), bytes};
    MDB_val value = {text.len, (void *)(uintptr_t)text.at};
    return mdb_put(store->txn, store->lines, &key, &value, 0);
}

static bool is_beyond_limits(const struct run_store *store, const struct stored_run *run,
                             const struct run_store_line *line)
{
    return !line->ends_run && (run->lines >= (uint32_t)store->config->max_lines ||
                               run->bytes + line->text.len > (uint64_t)store->config->max_run_size);
}

/* The run's record, made if it is not there. */
static int find_run(struct run_store *store, const struct run_key *key, const struct timestamp *start,
                    struct stored_run *run, bool *limit)
{
    MDB_val at = run_key_value(key), value;
    int code = mdb_get(store->txn, store->runs, &at, &value);
    if (code == MDB_NOTFOUND) {
        return new_run(store, key, start, run, limit);
    }
    if (code == 0) {
        *run = stored_run_of(&value);
    }
    return code;
}

static enum run_store_added add_to_run(struct run_store *store, const struct run_key *key, struct stored_run *run,
                                       const struct run_store_line *line, int *code)
{
    *code = put_id(store, run, line->id);
    if (*code != 0) {
        return *code == MDB_KEYEXIST ? RUN_STORE_REPEATED : RUN_STORE_FAILED;
    }
    if ((*code = put_line(store, run, line->text)) != 0) {
        return RUN_STORE_FAILED;
    }
    run->lines++;
    run->bytes += line->text.len;
    run->has_end |= line->ends_run;
    *code = put_run_record(store, key, run);
    return *code == 0 ? RUN_STORE_TAKEN : RUN_STORE_FAILED;
}

enum run_store_added run_store_add(struct run_store *store, const struct run_store_line *line, int64_t now_ms,
                                   struct err *err)
{
    struct run_key key;
    struct stored_run run;
    bool limit = false;
    run_key_make(&key, line->node_id, line->start->seconds);
    MDB_val at = run_key_value(&key), value;
    enum run_store_added added = RUN_STORE_FAILED;
    int code = mdb_get(store->txn, store->ended, &at, &value);
    if (code == 0) {
        return RUN_STORE_LATE;
    }
    if (code == MDB_NOTFOUND && (code = find_run(store, &key, line->start, &run, &limit)) == 0) {
        if (limit || is_beyond_limits(store, &run, line)) {
            return RUN_STORE_LIMIT;
        }
        run.last_ms = now_ms;
        added = add_to_run(store, &key, &run, line, &code);
    }
    if (added == RUN_STORE_FAILED) {
        run_store_fault(code, err);
    }
    return added;
}
