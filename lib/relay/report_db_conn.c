/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_conn.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "util/log.h"

#define LOG_COMPONENT "report_db"

enum { LINK_SPARE_SECONDS = 15, LINK_STOP_SECONDS = 5, COPY_PIECE = 64 << 10 /* bytes */ };

static bool report_db_conn_fail(struct report_db_failure *failure, enum report_db_error fault, const char *what,
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

static bool lose(struct report_db_conn *link, struct report_db_failure *failure, const char *what)
{
    report_db_conn_fail(failure, REPORT_DB_ERROR_LOST, what, PQerrorMessage(link->connection));
    report_db_conn_close(link);
    return false;
}

/* Takes the server's notices, which libpq would write to standard error. One of them matters: a commit that was
 * cancelled while it waited for a standby succeeds with a warning. Its text depends on the server's language, so it is
 * recognised by the function that raised it. */
static void take_notice(void *context, const PGresult *result)
{
    struct report_db_conn *link = context;
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    log_debug("notice from the database", log_text("message", message));
    link->commit_unsafe = link->commit_unsafe || (function != NULL && strcmp(function, "SyncRepWaitForLSN") == 0);
}

static void renew_password(struct report_db_conn *link)
{
    struct err err;
    char *password = link->ask_password != NULL ? link->ask_password(link->ask_context, &err) : NULL;
    if (password != NULL) {
        report_db_conninfo_set_password(&link->conninfo, password);
    } else if (link->ask_password != NULL) {
        log_warn("the database's password cannot be read again; the one from before is used",
                 log_text("reason", err.text));
    }
}

bool report_db_conn_open(struct report_db_conn *link, struct report_db_failure *failure)
{
    if (link->connection != NULL) {
        return true;
    }
    renew_password(link);
    link->connection =
        PQconnectdbParams((const char *const *)link->conninfo.keywords, (const char *const *)link->conninfo.values, 0);
    if (link->connection == NULL || PQstatus(link->connection) != CONNECTION_OK ||
        PQsetnonblocking(link->connection, 1) != 0) {
        report_db_conn_fail(failure, REPORT_DB_ERROR_DOWN, "",
                            link->connection != NULL ? PQerrorMessage(link->connection) : "out of memory");
        report_db_conn_close(link);
        return false;
    }
    PQsetNoticeReceiver(link->connection, take_notice, link);
    return true;
}

void report_db_conn_close(struct report_db_conn *link)
{
    PQfinish(link->connection);
    link->connection = NULL;
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
static bool wait_ready(struct report_db_conn *link, short events, struct report_db_failure *failure)
{
    struct pollfd fds[2] = {{PQsocket(link->connection), events, 0}, {link->stop_fd, POLLIN, 0}};
    struct timespec since;
    clock_gettime(CLOCK_MONOTONIC, &since);
    int limit = (int)link->statement_seconds + LINK_SPARE_SECONDS;
    for (;;) {
        int ready = poll(fds, 2, left(&since, limit));
        if (ready < 0 && errno != EINTR) {
            return lose(link, failure, "waiting for the database failed");
        }
        if (ready > 0 && fds[0].revents != 0) {
            return true;
        }
        if (ready > 0 && fds[1].revents != 0) {
            limit = LINK_STOP_SECONDS;
            fds[1].fd = -1;
        }
        if (left(&since, limit) == 0) {
            report_db_conn_close(link);
            return report_db_conn_fail(failure, REPORT_DB_ERROR_DOWN, "the database does not answer", "");
        }
    }
}

static bool take_in(struct report_db_conn *link, struct report_db_failure *failure)
{
    return PQconsumeInput(link->connection) == 1 || lose(link, failure, "");
}

/* Sends what libpq still holds. It also reads, because the server may have to send an answer before it reads on. */
static bool flush(struct report_db_conn *link, struct report_db_failure *failure)
{
    for (;;) {
        int state = PQflush(link->connection);
        if (state == 0) {
            return true;
        }
        if (state < 0) {
            return lose(link, failure, "");
        }
        if (!wait_ready(link, POLLIN | POLLOUT, failure) || !take_in(link, failure)) {
            return false;
        }
    }
}

/* Gets the next result. *result is NULL when the command is finished. */
static bool next_result(struct report_db_conn *link, PGresult **result, struct report_db_failure *failure)
{
    while (PQisBusy(link->connection)) {
        if (!wait_ready(link, POLLIN, failure) || !take_in(link, failure)) {
            return false;
        }
    }
    *result = PQgetResult(link->connection);
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
static void settle(struct report_db_conn *link, bool no_error_seen, struct report_db_failure *failure)
{
    if (link->connection != NULL && PQstatus(link->connection) != CONNECTION_OK) {
        struct report_db_failure unimportant;
        lose(link, no_error_seen ? failure : &unimportant, "");
    }
    if (link->connection == NULL && failure->fault != REPORT_DB_ERROR_DOWN) {
        failure->fault = REPORT_DB_ERROR_LOST;
    } else if (failure->fault == REPORT_DB_ERROR_LOST || failure->fault == REPORT_DB_ERROR_DOWN) {
        report_db_conn_close(link);
    }
}

static bool is_error(ExecStatusType status)
{
    return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN;
}

/* Takes all results, up to a COPY that wants data, and keeps the last one. The first error is reported. */
static bool report_db_conn_gather(struct report_db_conn *link, PGresult **last, struct report_db_failure *failure)
{
    struct report_db_failure later;
    bool good = true;
    PGresult *result = NULL;
    *last = NULL;
    while (next_result(link, &result, good ? failure : &later) && result != NULL) {
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
    if (good && link->connection != NULL && PQstatus(link->connection) == CONNECTION_OK) {
        return true;
    }
    PQclear(*last);
    *last = NULL;
    settle(link, good, failure);
    return false;
}

bool report_db_conn_lines(struct report_db_conn *link, const char *sql, struct buffer *lines,
                          struct report_db_failure *failure)
{
    PGresult *result = NULL;
    bool good = (PQsendQuery(link->connection, sql) == 1 || lose(link, failure, "")) && flush(link, failure) &&
                report_db_conn_gather(link, &result, failure);
    for (int row = 0; good && lines != NULL && row < PQntuples(result); row++) {
        buffer_add_text(lines, PQgetvalue(result, row, 0));
        buffer_add_text(lines, "\n");
    }
    PQclear(result);
    return good;
}

bool report_db_conn_run(struct report_db_conn *link, const char *sql, struct report_db_failure *failure)
{
    return report_db_conn_lines(link, sql, NULL, failure);
}

PGresult *report_db_conn_query(struct report_db_conn *link, const char *sql, const struct report_db_values *values,
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
    if (PQsendQueryParams(link->connection, sql, values->count, values->types, texts, lengths, binary, 1) != 1) {
        lose(link, failure, "");
    } else if (flush(link, failure)) {
        report_db_conn_gather(link, &result, failure);
    }
    return result;
}

bool report_db_conn_copy_begin(struct report_db_conn *link, const char *sql, struct report_db_failure *failure)
{
    return report_db_conn_run(link, sql, failure);
}

bool report_db_conn_copy_data(struct report_db_conn *link, struct slice data, struct report_db_failure *failure)
{
    /* in pieces: libpq keeps a buffer as large as the largest piece it ever got */
    for (size_t len; data.len > 0; data.at += len, data.len -= len) {
        len = data.len < COPY_PIECE ? data.len : COPY_PIECE;
        if (PQputCopyData(link->connection, data.at, (int)len) != 1) {
            return lose(link, failure, "");
        }
        if (!flush(link, failure)) {
            return false;
        }
    }
    return true;
}

bool report_db_conn_copy_end(struct report_db_conn *link, struct report_db_failure *failure)
{
    PGresult *result = NULL;
    if (PQputCopyEnd(link->connection, NULL) != 1) {
        return lose(link, failure, "");
    }
    bool good = flush(link, failure) && report_db_conn_gather(link, &result, failure);
    PQclear(result);
    return good;
}

void report_db_conn_rollback(struct report_db_conn *link)
{
    struct report_db_failure unimportant;
    if (link->connection != NULL && PQtransactionStatus(link->connection) != PQTRANS_IDLE &&
        !report_db_conn_run(link, "ROLLBACK", &unimportant)) {
        report_db_conn_close(link);
    }
}
