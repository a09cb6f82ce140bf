/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_store_private: what the files of run_store share.
 */
#pragma once

#include <lmdb.h>
#include <string.h>

#include "run_store.h"

enum { RUN_KEY_SIZE = NODE_ID_SIZE + 8, ITEM_KEY_SIZE = 8 + 64, RUN_STORE_TABLES = 4 };

struct run_store {
    const struct relay_config_syslog *config;
    MDB_env *env;
    MDB_dbi runs;
    MDB_dbi lines;
    MDB_dbi ids;
    MDB_dbi ended;
    MDB_txn *txn; /* NULL between transactions */
    int lock_fd;
};

struct stored_run {
    uint64_t number;
    int64_t start; /* seconds since 1970 */
    int64_t last_ms;
    uint64_t bytes;
    uint32_t lines;
    int16_t offset_minutes; /* of start */
    uint8_t has_end;        /* its end report came */
    uint8_t cut;            /* its node has too many runs: it is to be ended */
};

/* A key of runs and ended, in `bytes`. */
struct run_key {
    unsigned char bytes[RUN_KEY_SIZE];
    size_t len;
    size_t node_len; /* of the node id and its NUL */
};

void run_key_make(struct run_key *key, const char *node_id, int64_t start);
void run_store_put_number(unsigned char out[8], uint64_t number); /* big-endian */

/* The names of runs, lines, ids and ended. */
extern const char *const run_store_tables[RUN_STORE_TABLES];

bool run_store_fault(int code, struct err *err);

/* Moves a file that cannot be read to the end to <path>.damaged, in place of an earlier one, and says so in the log.
 * False with err when it cannot be moved. */
bool run_store_move_damaged(const char *path, struct err *err);

static inline MDB_val run_key_value(const struct run_key *key)
{
    return (MDB_val){key->len, (void *)(uintptr_t)key->bytes};
}

static inline struct stored_run stored_run_of(const MDB_val *value)
{
    struct stored_run run = {0};
    memcpy(&run, value->mv_data, value->mv_size < sizeof run ? value->mv_size : sizeof run);
    return run;
}

/* Visits the records of a table whose keys begin so, in order, from the first on; nothing may be changed meanwhile.
 * Returning false stops. 0, or LMDB's code. */
typedef bool run_store_visit(void *context, const MDB_val *key, const MDB_val *value);
int run_store_each(MDB_txn *txn, MDB_dbi dbi, const void *prefix, size_t prefix_len, run_store_visit *visit,
                   void *context);
