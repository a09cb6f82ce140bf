/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_ids: the ids of the reports that a transaction stores. Part of report_db.
 *
 * Source: PROTOCOL.md section 7. The web application takes `last_value` of the sequence serial as its mark, reads the
 * rows above the mark it had before, and never looks below again. nextval moves last_value at once, so a row whose id
 * came from it and that is committed a moment later is never seen. Therefore:
 *
 * - A transaction claims ids above the highest that is drawn, stored or claimed, and inserts rows with these ids. A
 *   claim is an advisory lock on the first and on the last block of its ids, so that others see it and it ends with the
 *   transaction.
 * - Transactions insert at the same time and commit in the order of their ids: before its COMMIT each waits for those
 *   with lower ids.
 * - After the commit the sequence is advanced to the highest id there is, by nextval for each id, or at once by compact
 *   storage's function. That is a transaction of its own under a lock of its own. When a crash leaves it out, the next
 *   one makes up for it.
 *
 * A claim is chosen first and made sure of afterwards, since others choose at the same time. It counts when
 *   1. after its locks are taken, nobody else has a lock on one of its blocks or on a higher one, and
 *   2. a statement that begins after that finds nothing drawn or stored in it (REPORT_DB_IDS_HIGHEST).
 * Whoever has a claim that counts is above all others, and who comes later sees it and goes above it. So the others
 * that it finds at 1 are all that it must wait for. A transaction whose claim does not count begins again; of those
 * that choose the same ids at once, the one that gets the lock of the first block goes on.
 *
 * It needs no more than USAGE on the sequence, no session lock (pgbouncer in transaction mode does not have them), and
 * an index on the id. A writer that draws ids by nextval, such as the original relay, must not run beside it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "relay/report_db_error.h"
#include "util/buffer.h"

/* SQL: the last id that was drawn from the sequence. (A sequence that was never used is one below its start.) */
#define REPORT_DB_IDS_DRAWN                                                                                            \
    "coalesce(pg_sequence_last_value('serial'), (pg_sequence_parameters('serial'::regclass)).start_value - 1)"

/* SQL: the highest id that is drawn or stored. stored: SQL of the highest stored id, NULL if there is none. */
#define REPORT_DB_IDS_HIGHEST(stored) "greatest(" REPORT_DB_IDS_DRAWN ", " stored ")"

struct report_db_claim {
    int64_t first;        /* of the ids that were claimed */
    struct buffer others; /* SQL: waits for the claims below */
    bool at_once;         /* the database has the function of compact storage that advances the sequence */
};

/* Adds to sql the statement that claims count ids above `above` (0: above those that are drawn or claimed) in the open
 * transaction. It is the last one of a query whose result report_db_ids_read takes. All other locks come before it, at
 * least one: who waited for one with a claim in hand could wait for somebody who waits for the claim. only_if: an SQL
 * condition that is checked with it; unless it holds nothing is claimed. */
void report_db_ids_add_claim(struct buffer *sql, uint64_t count, int64_t above, const char *only_if);

/* Takes the result of that query. *claimed is false when others were faster or the condition does not hold. False with
 * failure when there are no ids left. The caller empties claim->others before, and frees it in the end. */
bool report_db_ids_read(struct buffer *result, struct report_db_claim *claim, bool *claimed,
                        struct report_db_failure *failure);

/* Adds to sql: wait for the transactions that have claimed lower ids, commit, and advance the sequence to `last`. That
 * is the highest id that the transaction has used, or the one below its claim when it has used none: what is stored up
 * to there is committed. */
void report_db_ids_add_commit(struct buffer *sql, const struct report_db_claim *claim, int64_t last);
