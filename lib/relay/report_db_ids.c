/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_ids.h"

#include <inttypes.h>
#include <stdlib.h>

#include "relay/report_db_conn.h"

/* The two numbers of a block's advisory lock are SPACE plus the high bits of the block's number, and its 31 low bits.
 * Other locks of report_db have one number, which PostgreSQL keeps apart. The lock of those who publish has SPACE_ENDS
 * instead of SPACE. */
#define BLOCK "256"
#define SPACE "1381105664"
#define SPACE_ENDS "1381171200"
enum { IDS_BLOCK = 256, IDS_SPACE = 1381105664, IDS_LOW_BITS = 31 };

/* Advisory locks of all databases. (The view pg_locks would be this function, and a little work.) */
#define LOCKS "pg_lock_status() WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted"
#define IS_BLOCK "objsubid = 2 AND classid >= " SPACE " AND classid < " SPACE_ENDS
#define LOCKED_BLOCK "((classid::bigint - " SPACE ") << 31) + objid::bigint"

#define TRY_LOCK(block)                                                                                                \
    "pg_try_advisory_xact_lock((" SPACE " + ((" block ") >> 31))::int, ((" block ") & 2147483647)::int)"

/* Starts right behind the last id that was drawn, or with the next free block when others have claims. It gives the
 * first id and the blocks that others have locked; 0 when the sequence does not go so far; no row when it did not get
 * the locks. The others are read after the locks are taken: the inner SELECT refers to `won`. Which of the databases is
 * this one is told by the locks that the transaction has already. What is stored is left to the caller's check: to find
 * the highest stored id among rows that others have not committed, PostgreSQL goes through all of these. */
static const char claim_statement[] =
    "SELECT concat_ws(' ', CASE WHEN last <= (pg_sequence_parameters('serial'::regclass)).maximum_value"
    "  THEN first ELSE 0 END,"
    "  (SELECT string_agg((" LOCKED_BLOCK ")::text, ' ') FROM " LOCKS " AND " IS_BLOCK
    "   AND won AND database = own.here AND pid <> pg_backend_pid()))"
    " FROM (SELECT first, last, here,"
    "  CASE WHEN " TRY_LOCK("first / " BLOCK) " THEN " TRY_LOCK("last / " BLOCK) " ELSE false END AS won"
    "  FROM (SELECT first, first + %" PRIu64 " - 1 AS last, here"
    "   FROM (SELECT here,"
    "    greatest(" REPORT_DB_IDS_DRAWN ", %" PRId64 ", taken * " BLOCK " + " BLOCK " - 1) + 1 AS first"
    "    FROM (SELECT database AS here, max(" LOCKED_BLOCK ") FILTER (WHERE " IS_BLOCK ") AS taken FROM " LOCKS
    "     GROUP BY database HAVING bool_or(pid = pg_backend_pid())) AS now) AS wanted OFFSET 0) AS wanted"
    "  WHERE %s) AS own"
    " WHERE won";

/* The second transaction need not be on the disk: what a crash undoes is made up for. */
static const char commit_statements[] = "COMMIT;"
                                        "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off;"
                                        "SELECT pg_advisory_xact_lock(" SPACE_ENDS ", 0);";

/* It draws a limited number of ids at a time, since a sequence that was set back may be far behind. */
static const char draw_each[] =
    "SELECT count(nextval('serial'))"
    " FROM (SELECT generate_series(1, least(%" PRId64 " - " REPORT_DB_IDS_DRAWN ", 1000000))) AS missing;";

void report_db_ids_add_claim(struct buffer *sql, uint64_t count, int64_t above, const char *only_if)
{
    buffer_add_format(sql, claim_statement, count, above, only_if);
}

/* Adds to claim->others the statements that wait for these blocks. *good is false if one of them is not below the
 * claim. */
static void read_others(const char *blocks, struct report_db_claim *claim, bool *good)
{
    char *end;
    for (int64_t block = strtoll(blocks, &end, 10); end != blocks; block = strtoll(blocks, &end, 10)) {
        *good = *good && block < claim->first / IDS_BLOCK;
        buffer_add_format(&claim->others, "SELECT pg_advisory_xact_lock_shared(%" PRId64 ", %" PRId64 ");",
                          IDS_SPACE + (block >> IDS_LOW_BITS), block & (((int64_t)1 << IDS_LOW_BITS) - 1));
        blocks = end;
    }
}

bool report_db_ids_read(struct buffer *result, struct report_db_claim *claim, bool *claimed,
                        struct report_db_failure *failure)
{
    *claimed = result->len > 0;
    if (!*claimed) {
        return true;
    }
    char *end;
    claim->first = strtoll(buffer_cstr(result), &end, 10);
    if (claim->first == 0) {
        return report_db_conn_fail(failure, REPORT_DB_ERROR_SETUP, "the sequence serial is at its end", "");
    }
    read_others(end, claim, claimed);
    return true;
}

void report_db_ids_add_commit(struct buffer *sql, const struct report_db_claim *claim, int64_t last)
{
    buffer_add(sql, claim->others.at, claim->others.len);
    buffer_add_text(sql, commit_statements);
    buffer_add_format(sql, claim->at_once ? "SELECT rudder_relay.advance_serial(%" PRId64 ");" : draw_each, last);
    buffer_add_text(sql, "COMMIT");
}
