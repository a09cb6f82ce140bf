/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_storage.h"

#include <stdio.h>
#include <string.h>

#include "relay/report_db_conn.h"
#include "util/buffer.h"

#define TODAY "(now() AT TIME ZONE 'UTC')"
#define NONE_COMPACT "to_regclass('rudder_relay.run') IS NULL"
#define NO_DAY "no day"

/* Only the catalog is read, so that it works in any database. A compact storage that lacks the function advance_serial
 * is older than we are; sql/apply upgrades it. (The comment is read without obj_description, which PostgreSQL would
 * plan at each call.) */
static const char which[] =
    "SELECT CASE WHEN " NONE_COMPACT " THEN 'none' WHEN relkind IS DISTINCT FROM 'v' THEN 'plain'"
    " WHEN (SELECT description FROM pg_description"
    "  WHERE objoid = events.oid AND classoid = 'pg_class'::regclass AND objsubid = 0)"
    "  IS DISTINCT FROM 'rudder-relay storage: compact'"
    "  OR to_regproc('rudder_relay.advance_serial') IS NULL THEN 'view'"
    " WHEN to_regclass('rudder_relay.run_' || to_char(" TODAY ", 'YYYYMMDD')) IS NULL THEN '" NO_DAY "'"
    " ELSE to_char(" TODAY ", 'YYYY-MM-DD') END"
    " FROM (SELECT to_regclass('ruddersysevents') AS oid) AS events LEFT JOIN pg_class USING (oid)";

static const char add_days[] = "SELECT rudder_relay.add_days(7)";

static bool ask_which(struct report_db_conn *conn, struct buffer *answer, struct report_db_failure *failure)
{
    char sql[sizeof REPORT_DB_STORAGE_PATH + sizeof which];
    snprintf(sql, sizeof sql, "%s%s", REPORT_DB_STORAGE_PATH, which);
    buffer_clear(answer);
    bool good = report_db_conn_lines(conn, sql, answer, failure);
    answer->len -= answer->len > 0; /* the line's end */
    return good;
}

static enum report_db_storage read_answer(const struct report_db_conn *conn, const char *answer)
{
    if (strcmp(answer, "none") == 0 || strcmp(answer, "plain") == 0) {
        return REPORT_DB_STORAGE_PLAIN;
    }
    bool is_day = strlen(answer) + 1 == REPORT_DB_DAY_SIZE;
    return is_day && !conn->plain_only ? REPORT_DB_STORAGE_COMPACT : REPORT_DB_STORAGE_VIEW;
}

/* Has the database make the days that are missing. */
static bool make_days(struct report_db_conn *conn, struct buffer *answer, struct report_db_failure *failure)
{
    struct report_db_failure unimportant;
    /* an error may close the connection */
    return report_db_conn_run(conn, add_days, &unimportant) ? ask_which(conn, answer, failure)
                                                            : report_db_conn_open(conn, failure);
}

bool report_db_storage_ask(struct report_db_conn *conn, struct report_db_failure *failure)
{
    struct buffer answer = {0};
    bool good = ask_which(conn, &answer, failure) &&
                (strcmp(buffer_cstr(&answer), NO_DAY) != 0 || make_days(conn, &answer, failure));
    if (good) {
        snprintf(conn->answer, sizeof conn->answer, "%s", buffer_cstr(&answer));
        conn->storage = read_answer(conn, conn->answer);
    }
    buffer_free(&answer);
    return good;
}

bool report_db_storage_is_known(const struct report_db_conn *conn)
{
    return conn->answer[0] != '\0' && strcmp(conn->answer, NO_DAY) != 0;
}

void report_db_storage_add_unchanged(struct buffer *sql, const struct report_db_conn *conn)
{
    if (strcmp(conn->answer, "none") == 0) {
        buffer_add_text(sql, NONE_COMPACT);
    } else {
        buffer_add_format(sql, "(%s) = '%s'", which, conn->answer);
    }
}
