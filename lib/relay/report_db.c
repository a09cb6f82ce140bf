/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db.h"

#include <stdlib.h>

#include "relay/report_db_batch.h"
#include "util/xmalloc.h"

struct report_db {
    struct report_db_conn link;
};

struct report_db *report_db_new(const char *url, const char *password, const char *application_name, struct err *err)
{
    struct report_db *db = xcalloc(1, sizeof *db);
    db->link.stop_fd = -1;
    if (!report_db_conninfo_make(&db->link.conninfo, url, password, application_name, err)) {
        free(db);
        return NULL;
    }
    return db;
}

void report_db_free(struct report_db *db)
{
    if (db != NULL) {
        report_db_conn_close(&db->link);
        report_db_conninfo_free(&db->link.conninfo);
        free(db);
    }
}

void report_db_stop_fd(struct report_db *db, int fd)
{
    db->link.stop_fd = fd;
}

static void report_db_set_outcome(struct report_db_item *item, enum report_db_outcome outcome, const struct err *reason)
{
    item->done = true;
    item->run->outcome = outcome;
    item->run->reason = *reason;
}

/* Connects if needed. A connection from an earlier call may have died since, without anybody noticing: that is worth
 * one more attempt with a new one. (Whether the first was committed after all, the second one's look will tell.) */
static bool store_batch(struct report_db *db, struct report_db_item **items, size_t count,
                        struct report_db_failure *failure)
{
    bool used_before;
    bool broke = false;
    do {
        used_before = db->link.connection != NULL;
        if (report_db_conn_open(&db->link, failure) && report_db_batch_store(&db->link, items, count, failure)) {
            return true;
        }
        report_db_conn_rollback(&db->link);
        broke = broke || failure->fault == REPORT_DB_ERROR_LOST;
    } while (failure->fault == REPORT_DB_ERROR_LOST && used_before);
    if (broke && failure->fault == REPORT_DB_ERROR_DOWN) {
        failure->fault = REPORT_DB_ERROR_LOST; /* a server that crashed takes no connection for a while */
    }
    return false;
}

/* False when the database cannot be used; what has no outcome then was not stored, or is not known to be. */
static bool report_db_store_batch(struct report_db *db, struct report_db_item **items, size_t count,
                                  struct report_db_failure *failure)
{
    if (store_batch(db, items, count, failure)) {
        return true;
    }
    if (failure->fault == REPORT_DB_ERROR_CONFLICT && count == 1 && store_batch(db, items, count, failure)) {
        return true;
    }
    if (failure->fault == REPORT_DB_ERROR_DOWN || failure->fault == REPORT_DB_ERROR_LOST) {
        return false;
    }
    if (failure->fault == REPORT_DB_ERROR_SLOW || count == 1) {
        bool final = failure->fault == REPORT_DB_ERROR_FINAL || failure->fault == REPORT_DB_ERROR_CONFLICT;
        for (size_t i = 0; i < count; i++) {
            report_db_set_outcome(items[i], final ? REPORT_DB_REFUSED : REPORT_DB_RETRY, &failure->reason);
        }
        return true;
    }
    return report_db_store_batch(db, items, count / 2, failure) &&
           report_db_store_batch(db, items + count / 2, count - count / 2, failure);
}

static int by_key_and_place(const void *left, const void *right)
{
    const struct report_db_item *a = left;
    const struct report_db_item *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return a->place < b->place ? -1 : a->place > b->place;
}

/* The first of each key that has no outcome yet: of two runs with one key the second must find the first stored. */
static size_t report_db_pick(struct report_db_item *items, size_t count, struct report_db_item **picked)
{
    size_t found = 0;
    for (size_t i = 0; i < count && found < REPORT_DB_BATCH_MAX; i++) {
        if (!items[i].done && (found == 0 || picked[found - 1]->key != items[i].key)) {
            picked[found++] = &items[i];
        }
    }
    return found;
}

static void store_all(struct report_db *db, struct report_db_item *items, size_t count)
{
    struct report_db_item **picked = xcalloc(count, sizeof(struct report_db_item *));
    struct report_db_failure failure;
    bool usable = true;
    size_t found;
    while (usable && (found = report_db_pick(items, count, picked)) > 0) {
        usable = report_db_store_batch(db, picked, found, &failure);
    }
    for (size_t i = 0; i < count && !usable; i++) {
        if (!items[i].done) {
            report_db_set_outcome(&items[i], REPORT_DB_DOWN, &failure.reason);
            items[i].run->broke = failure.fault == REPORT_DB_ERROR_LOST;
        }
    }
    free(picked);
}

void report_db_store(struct report_db *db, struct report_db_run *runs, size_t count)
{
    struct report_db_item *items = xcalloc(count + 1, sizeof *items);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (runs[i].runlog->report_count == 0) {
            runs[i].outcome = REPORT_DB_STORED; /* nothing of it was to be kept */
            runs[i].reason.text[0] = '\0';
        } else {
            items[used++] = (struct report_db_item){&runs[i], report_db_batch_key(runs[i].runlog), i, false};
        }
    }
    qsort(items, used, sizeof *items, by_key_and_place);
    if (used > 0) {
        store_all(db, items, used);
    }
    free(items);
}

bool report_db_probe(struct report_db *db, struct err *err)
{
    struct report_db_failure failure;
    for (int attempt = 0; attempt < 2; attempt++) {
        /* a connection from an earlier call may have died since */
        if (report_db_conn_open(&db->link, &failure) && report_db_conn_run(&db->link, "SELECT 1", &failure)) {
            return true;
        }
        if (failure.fault != REPORT_DB_ERROR_LOST) {
            break;
        }
    }
    if (err != NULL) {
        *err = failure.reason;
    }
    return false;
}
