/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/made_database.h"

#include <check.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/xmalloc.h"

static pid_t script;
static int script_stdin;
static char *superuser;

/* The other ends close on exec. dup2 does nothing for a descriptor that has the right number already. */
static void exec_script(const int to[2], const int from[2])
{
    char *program = xasprintf("%s/tests/support/database.sh", getenv("top_srcdir"));
    dup2(to[0], 0);
    dup2(from[1], 1);
    execl(program, program, (char *)NULL);
    perror(program);
    _exit(1);
}

static char *read_line(FILE *file)
{
    char line[512];
    if (fgets(line, sizeof line, file) == NULL) {
        return NULL;
    }
    line[strcspn(line, "\n")] = '\0';
    return xstrdup(line);
}

bool made_database_start(struct made_database *database)
{
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0 || (script = fork()) < 0) {
        abort();
    }
    if (script == 0) {
        exec_script(to, from);
    }
    close(to[0]);
    close(from[1]);
    script_stdin = to[1];
    FILE *file = fdopen(from[0], "r");
    database->url = read_line(file);
    database->password = read_line(file);
    superuser = read_line(file);
    fclose(file);
    if (superuser != NULL) {
        return true;
    }
    made_database_stop(database);
    fprintf(stderr, "no PostgreSQL server here\n");
    return false;
}

void made_database_stop(struct made_database *database)
{
    close(script_stdin);
    waitpid(script, NULL, 0);
    free(database->url);
    free(database->password);
    free(superuser);
}

static PGresult *made_database_execute(const char *sql, ExecStatusType wanted)
{
    PGconn *conn = PQconnectdb(superuser);
    ck_assert_msg(PQstatus(conn) == CONNECTION_OK, "%s", PQerrorMessage(conn));
    PGresult *result = PQexec(conn, sql);
    ck_assert_msg(PQresultStatus(result) == wanted, "%s: %s", sql, PQerrorMessage(conn));
    PQfinish(conn);
    return result;
}

void made_database_run(const char *sql)
{
    PQclear(made_database_execute(sql, PGRES_COMMAND_OK));
}

long made_database_number(const char *sql)
{
    PGresult *result = made_database_execute(sql, PGRES_TUPLES_OK);
    ck_assert_int_eq(PQntuples(result), 1);
    long number = atol(PQgetvalue(result, 0, 0));
    PQclear(result);
    return number;
}
