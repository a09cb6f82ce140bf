/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_conn.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "util/log.h"

#define LOG_COMPONENT "report_db"

enum { CONN_SPARE_SECONDS = 15, CONN_HURRIED_SECONDS = 10, CONN_STOP_SECONDS = 5 };

bool report_db_conn_fail(struct report_db_failure *failure, enum report_db_error fault, const char *what,
                         const char *message)
{
    char line[ERR_TEXT_SIZE] = "";
    size_t len = 0;
    /* libpq writes a line for each host tried; a line that continues the one above starts with a tab */
    for (const char *at = message; *at != '\0' && len + 3 < sizeof line; at++) {
        if (*at == '\n' && at[1] != '\0' && at[1] != '\t') {
            line[len++] = ';';
        }
        line[len++] = *at == '\n' || *at == '\t' ? ' ' : *at;
    }
    while (len > 0 && line[len - 1] == ' ') {
        len--;
    }
    line[len] = '\0';
    failure->fault = fault;
    failure->sqlstate[0] = '\0';
    return err_set(&failure->reason, "%s%s%s", what, *what != '\0' && len > 0 ? ": " : "", line);
}

static bool lose(struct report_db_conn *conn, struct report_db_failure *failure, const char *what)
{
    report_db_conn_fail(failure, REPORT_DB_ERROR_LOST, what, PQerrorMessage(conn->connection));
    report_db_conn_close(conn);
    return false;
}

/* Takes the server's notices, which libpq would write to standard error. One of them matters: a commit that was
 * cancelled while it waited for a standby succeeds with a warning. Its text depends on the server's language, so it is
 * recognised by the function that raised it. */
static void take_notice(void *context, const PGresult *result)
{
    struct report_db_conn *conn = context;
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    log_debug("notice from the database", log_text("message", message));
    conn->commit_unsafe = conn->commit_unsafe || (function != NULL && strcmp(function, "SyncRepWaitForLSN") == 0);
}

static void renew_password(struct report_db_conn *conn)
{
    struct err err;
    char *password = conn->ask_password != NULL ? conn->ask_password(conn->ask_context, &err) : NULL;
    if (password != NULL) {
        report_db_conninfo_set_password(&conn->conninfo, password);
    } else if (conn->ask_password != NULL) {
        log_warn("the database's password cannot be read again; the one from before is used",
                 log_text("reason", err.text));
    }
}

/* To the first of the hosts that lets us in. */
static bool conn_login(struct report_db_conn *conn, struct report_db_failure *failure)
{
    conn->connection =
        PQconnectdbParams((const char *const *)conn->conninfo.keywords, (const char *const *)conn->conninfo.values, 0);
    if (conn->connection == NULL || PQstatus(conn->connection) != CONNECTION_OK ||
        PQsetnonblocking(conn->connection, 1) != 0) {
        report_db_conn_fail(failure, REPORT_DB_ERROR_DOWN, "",
                            conn->connection != NULL ? PQerrorMessage(conn->connection) : "out of memory");
        report_db_conn_close(conn);
        return false;
    }
    PQsetNoticeReceiver(conn->connection, take_notice, conn);
    return true;
}

void report_db_conn_close(struct report_db_conn *conn)
{
    PQfinish(conn->connection);
    conn->connection = NULL;
}

/* How many milliseconds are left of `seconds`, counted from `since`. */
static int left(const struct timespec *since, int seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t passed = (int64_t)(now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
    return passed >= seconds * 1000 ? 0 : (int)(seconds * 1000 - passed);
}

/* Waits until the connection is ready for one of the events. False when it takes too long. */
static bool wait_ready(struct report_db_conn *conn, short events, struct report_db_failure *failure)
{
    struct pollfd fds[2] = {{PQsocket(conn->connection), events, 0}, {conn->stop_fd, POLLIN, 0}};
    struct timespec since;
    clock_gettime(CLOCK_MONOTONIC, &since);
    int limit = conn->hurried ? CONN_HURRIED_SECONDS : (int)conn->statement_seconds + CONN_SPARE_SECONDS;
    for (;;) {
        int ready = poll(fds, 2, left(&since, limit));
        if (ready < 0 && errno != EINTR) {
            return lose(conn, failure, "waiting for the database failed");
        }
        if (ready > 0 && fds[0].revents != 0) {
            return true;
        }
        if (ready > 0 && fds[1].revents != 0) {
            limit = CONN_STOP_SECONDS;
            fds[1].fd = -1;
        }
        if (left(&since, limit) == 0) {
            report_db_conn_close(conn);
            return report_db_conn_fail(failure, REPORT_DB_ERROR_DOWN, "the database does not answer", "");
        }
    }
}

static bool take_in(struct report_db_conn *conn, struct report_db_failure *failure)
{
    return PQconsumeInput(conn->connection) == 1 || lose(conn, failure, "");
}

/* Sends what libpq still holds. It also reads, because the server may have to send an answer before it reads on. */
static bool flush(struct report_db_conn *conn, struct report_db_failure *failure)
{
    for (;;) {
        int state = PQflush(conn->connection);
        if (state == 0) {
            return true;
        }
        if (state < 0) {
            return lose(conn, failure, "");
        }
        if (!wait_ready(conn, POLLIN | POLLOUT, failure) || !take_in(conn, failure)) {
            return false;
        }
    }
}

/* Gets the next result. *result is NULL when the command is finished. */
static bool next_result(struct report_db_conn *conn, PGresult **result, struct report_db_failure *failure)
{
    while (PQisBusy(conn->connection)) {
        if (!wait_ready(conn, POLLIN, failure) || !take_in(conn, failure)) {
            return false;
        }
    }
    *result = PQgetResult(conn->connection);
    return true;
}

static void explain(const PGresult *result, struct report_db_failure *failure)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
    if (sqlstate == NULL || strlen(sqlstate) >= SQLSTATE_SIZE) {
        report_db_conn_fail(failure, REPORT_DB_ERROR_LOST, "", PQresultErrorMessage(result));
        return;
    }
    /* after FATAL and PANIC the server closes the connection */
    bool last = severity != NULL && strcmp(severity, "ERROR") != 0;
    enum report_db_error fault = report_db_error_of(sqlstate, constraint != NULL ? constraint : "", context != NULL);
    report_db_conn_fail(failure, last ? REPORT_DB_ERROR_LOST : fault, sqlstate, primary != NULL ? primary : "");
    memcpy(failure->sqlstate, sqlstate, strlen(sqlstate) + 1);
}

/* Called after a failure: sets LOST if the connection is gone, and closes a connection that cannot be used any more.
 * The reason may be an error that came before the end, such as "terminating connection due to administrator command".
 */
static void settle(struct report_db_conn *conn, bool no_error_seen, struct report_db_failure *failure)
{
    if (conn->connection != NULL && PQstatus(conn->connection) != CONNECTION_OK) {
        struct report_db_failure unimportant;
        lose(conn, no_error_seen ? failure : &unimportant, "");
    }
    if (conn->connection == NULL && failure->fault != REPORT_DB_ERROR_DOWN) {
        failure->fault = REPORT_DB_ERROR_LOST;
    } else if (failure->fault == REPORT_DB_ERROR_LOST || failure->fault == REPORT_DB_ERROR_DOWN) {
        report_db_conn_close(conn);
    }
}

static bool is_error(ExecStatusType status)
{
    return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN;
}

/* Takes all results, up to a COPY that wants data, and keeps the last one. The first error is reported. */
static bool report_db_conn_gather(struct report_db_conn *conn, PGresult **last, struct report_db_failure *failure)
{
    struct report_db_failure later;
    bool good = true;
    PGresult *result = NULL;
    *last = NULL;
    while (next_result(conn, &result, good ? failure : &later) && result != NULL) {
        ExecStatusType status = PQresultStatus(result);
        if (good && is_error(status)) {
            explain(result, failure);
            good = false;
        }
        PQclear(*last);
        *last = result;
        if (status == PGRES_COPY_IN) {
            break;
        }
    }
    if (good && conn->connection != NULL && PQstatus(conn->connection) == CONNECTION_OK) {
        return true;
    }
    PQclear(*last);
    *last = NULL;
    settle(conn, good, failure);
    return false;
}

bool report_db_conn_lines(struct report_db_conn *conn, const char *sql, struct buffer *lines,
                          struct report_db_failure *failure)
{
    PGresult *result = NULL;
    bool good = (PQsendQuery(conn->connection, sql) == 1 || lose(conn, failure, "")) && flush(conn, failure) &&
                report_db_conn_gather(conn, &result, failure);
    for (int row = 0; good && lines != NULL && row < PQntuples(result); row++) {
        buffer_add_text(lines, PQgetvalue(result, row, 0));
        buffer_add_text(lines, "\n");
    }
    PQclear(result);
    return good;
}

bool report_db_conn_run(struct report_db_conn *conn, const char *sql, struct report_db_failure *failure)
{
    return report_db_conn_lines(conn, sql, NULL, failure);
}

PGresult *report_db_conn_query(struct report_db_conn *conn, const char *sql, const struct report_db_values *values,
                               struct report_db_failure *failure)
{
    enum { MOST = 32 };
    const char *texts[MOST];
    int lengths[MOST];
    int binary[MOST];
    for (int i = 0; i < values->count && i < MOST; i++) {
        texts[i] = values->values[i].at;
        lengths[i] = (int)values->values[i].len;
        binary[i] = 1;
    }
    PGresult *result = NULL;
    if (PQsendQueryParams(conn->connection, sql, values->count, values->types, texts, lengths, binary, 1) != 1) {
        lose(conn, failure, "");
    } else if (flush(conn, failure)) {
        report_db_conn_gather(conn, &result, failure);
    }
    return result;
}

bool report_db_conn_copy_begin(struct report_db_conn *conn, const char *sql, struct report_db_failure *failure)
{
    return report_db_conn_run(conn, sql, failure);
}

/* In pieces: libpq keeps a buffer as large as the largest piece it ever got. What is less than a piece stays in that
 * buffer: it goes with the next data or with the end. */
bool report_db_conn_copy_data(struct report_db_conn *conn, struct slice data, struct report_db_failure *failure)
{
    for (size_t len; data.len > 0; data.at += len, data.len -= len) {
        len = data.len < REPORT_DB_CONN_PIECE ? data.len : REPORT_DB_CONN_PIECE;
        if (PQputCopyData(conn->connection, data.at, (int)len) != 1) {
            return lose(conn, failure, "");
        }
        if (len == REPORT_DB_CONN_PIECE && !flush(conn, failure)) {
            return false;
        }
    }
    return true;
}

bool report_db_conn_copy_end(struct report_db_conn *conn, struct report_db_failure *failure)
{
    PGresult *result = NULL;
    if (PQputCopyEnd(conn->connection, NULL) != 1) {
        return lose(conn, failure, "");
    }
    bool good = flush(conn, failure) && report_db_conn_gather(conn, &result, failure);
    PQclear(result);
    return good;
}

static bool takes_writes(struct report_db_conn *conn, struct report_db_failure *failure)
{
    struct buffer answer = {0};
    conn->hurried = true;
    bool good = report_db_conn_lines(conn, "SHOW transaction_read_only", &answer, failure);
    conn->hurried = false;
    if (good && strcmp(buffer_cstr(&answer), "off\n") != 0) {
        good = report_db_conn_fail(failure, REPORT_DB_ERROR_DOWN, "no host of the database takes writes", "");
    }
    buffer_free(&answer);
    return good;
}

bool report_db_conn_open(struct report_db_conn *conn, struct report_db_failure *failure)
{
    if (conn->connection != NULL) {
        return true;
    }
    renew_password(conn);
    unsigned hosts = report_db_conninfo_hosts(&conn->conninfo);
    for (unsigned tried = 0; tried < hosts; tried++) {
        if (!conn_login(conn, failure)) {
            return false;
        }
        if (hosts == 1 || takes_writes(conn, failure)) {
            return true;
        }
        report_db_conn_close(conn);
        report_db_conninfo_next_host(&conn->conninfo);
    }
    failure->fault = REPORT_DB_ERROR_DOWN; /* no statement of ours was under way */
    return false;
}

void report_db_conn_rollback(struct report_db_conn *conn)
{
    struct report_db_failure unimportant;
    if (conn->connection != NULL && PQtransactionStatus(conn->connection) != PQTRANS_IDLE &&
        !report_db_conn_run(conn, "ROLLBACK", &unimportant)) {
        report_db_conn_close(conn);
    }
}
