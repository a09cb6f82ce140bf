/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_storage.h"

#include <stdio.h>
#include <string.h>

#include "relay/report_db_conn.h"
#include "util/buffer.h"

#define TODAY "(now() AT TIME ZONE 'UTC')"
#define NONE_COMPACT "to_regclass('rudder_relay.run') IS NULL"

/* Only the catalog is read, so that it works in any database. The first draft of compact storage had no function
 * place_in_list; sql/apply upgrades it. */
static const char which[] =
    "SELECT CASE WHEN " NONE_COMPACT " THEN 'none' WHEN relkind IS DISTINCT FROM 'v' THEN 'plain'"
    " WHEN obj_description(oid, 'pg_class') IS DISTINCT FROM 'rudder-relay storage: compact'"
    "  OR to_regproc('rudder_relay.place_in_list') IS NULL THEN 'view'"
    " WHEN to_regclass('rudder_relay.run_' || to_char(" TODAY ", 'YYYYMMDD')) IS NULL THEN 'no day'"
    " ELSE to_char(" TODAY ", 'YYYY-MM-DD') END"
    " FROM (SELECT to_regclass('ruddersysevents') AS oid) AS events LEFT JOIN pg_class USING (oid)";

static const char add_days[] = "SELECT rudder_relay.add_days(7)";

static bool ask_which(struct report_db_conn *conn, struct buffer *answer, struct report_db_failure *failure)
{
    buffer_clear(answer);
    bool good = report_db_conn_lines(conn, which, answer, failure);
    answer->len -= answer->len > 0; /* the line's end */
    return good;
}

static enum report_db_storage read_answer(struct report_db_conn *conn, const char *answer)
{
    if (conn->none_compact || strcmp(answer, "plain") == 0) {
        return REPORT_DB_STORAGE_PLAIN;
    }
    if (strlen(answer) + 1 != sizeof conn->day || conn->plain_only) {
        return REPORT_DB_STORAGE_VIEW;
    }
    memcpy(conn->day, answer, sizeof conn->day);
    return REPORT_DB_STORAGE_COMPACT;
}

bool report_db_storage_ask(struct report_db_conn *conn, struct report_db_failure *failure)
{
    struct buffer answer = {0};
    struct report_db_failure unimportant;
    bool good = ask_which(conn, &answer, failure);
    if (good && strcmp(buffer_cstr(&answer), "no day") == 0) {
        /* an error may close the connection */
        good = report_db_conn_run(conn, add_days, &unimportant) ? ask_which(conn, &answer, failure)
                                                                : report_db_conn_open(conn, failure);
    }
    if (good) {
        conn->none_compact = strcmp(buffer_cstr(&answer), "none") == 0;
        conn->storage = read_answer(conn, buffer_cstr(&answer));
    }
    buffer_free(&answer);
    return good;
}

const char *report_db_storage_unchanged(const struct report_db_conn *conn)
{
    return conn->none_compact ? NONE_COMPACT : "true";
}
