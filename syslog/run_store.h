/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_store: the runs whose messages are being gathered, on disk.
 *
 * An LMDB file, runs.mdb, in a directory of this program's own. What is added between run_store_begin and
 * run_store_commit is on the disk after the commit, all or nothing, whatever kills the program. Numbers in values are
 * this machine's; in keys they are big-endian, so that they sort.
 *     runs   <node id> NUL <start>  ->  struct stored_run (run_store.c)
 *     lines  <number of the run> <number of the line>  ->  its text, with line end
 *     ids    <number of the run> <id of the message>  ->  nothing: a message that comes again is known
 *     ended  <node id> NUL <start>  ->  when it was ended: what comes of it later is left out. The last RUN_STORE_ENDED
 *            of each node are kept.
 * One process has the directory at a time: run_store_open takes a lock in it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/node_id.h"
#include "relay/relay_config.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/timestamp.h"

struct run_store;

enum { RUN_STORE_ENDED = 16 };

/* Opens the directory, which must exist. Waits some seconds for another process to release it. Reads all of runs.mdb:
 * one that is damaged becomes runs.mdb.damaged, and the store is empty. config must outlive the store. NULL with
 * err. */
struct run_store *run_store_open(const struct relay_config_syslog *config, struct err *err);
void run_store_close(struct run_store *store); /* takes NULL; drops what is not committed */

bool run_store_begin(struct run_store *store, struct err *err);
bool run_store_commit(struct run_store *store, struct err *err);
void run_store_abort(struct run_store *store);

struct run_store_line {
    const char *node_id;
    const struct timestamp *start; /* of the run */
    const char *id;                /* of the message */
    struct slice text;
    bool ends_run;
};

enum run_store_added {
    RUN_STORE_TAKEN,
    RUN_STORE_REPEATED, /* it was there */
    RUN_STORE_LATE,     /* its run was ended */
    RUN_STORE_LIMIT,    /* its run has too many lines or bytes, or its node too many runs; the report of the end is
                         * always taken */
    RUN_STORE_FAILED,   /* err says why; the caller aborts */
};

/* now_ms: milliseconds since 1970, as everywhere here. */
enum run_store_added run_store_add(struct run_store *store, const struct run_store_line *line, int64_t now_ms,
                                   struct err *err);

enum run_store_end { RUN_STORE_BY_REPORT, RUN_STORE_BY_TIMEOUT, RUN_STORE_BY_LIMIT };

struct run_store_run {
    char node_id[NODE_ID_SIZE];
    struct timestamp start;
    uint64_t number;
    size_t lines;
    enum run_store_end end;
};

/* The functions below are for between transactions.
 *
 * Finds up to `most` runs that are to be ended now: their end report came and settle_time has passed, or run_timeout,
 * or a limit was met. *next_ms is when to look again, INT64_MAX when no run is under way. False with err. */
bool run_store_find_due(struct run_store *store, int64_t now_ms, struct run_store_run *runs, size_t most, size_t *found,
                        int64_t *next_ms, struct err *err);

/* Is it larger than max_state_size? If so, *run is the one of which nothing has come for the longest. */
bool run_store_is_full(struct run_store *store, struct run_store_run *run);

/* Adds the run's lines to out. */
bool run_store_read(struct run_store *store, const struct run_store_run *run, struct buffer *out, struct err *err);

/* Takes the run out and remembers that it was ended. */
bool run_store_end(struct run_store *store, const struct run_store_run *run, int64_t now_ms, struct err *err);

/* How many runs are under way. */
size_t run_store_count(struct run_store *store);
