/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_store: how fast runs get into PostgreSQL, beside a plain COPY of the same rows and beside one INSERT with bind
 * parameters a run, all into the same tables with the same indexes. tests/bench/store starts it with a database.
 *
 *     bench_store [-n RUNS] [-r REPORTS A RUN] [-b RUNS A TRANSACTION] [-t ROUNDS] [-c MOST CONNECTIONS]
 *
 * The ways take turns, the tables are emptied before each, and what is printed is the median of the rounds. The rows of
 * the plain COPY are encoded before its clock starts, with their ids. CPU time is that of this process and of all
 * processes of the server (LAB_PG_PID). Connects by LAB_PG_URL and LAB_PG_PASSWORD, and empties tables by
 * LAB_PG_SUPERUSER.
 */
#include <getopt.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/cpu_time.h"
#include "relay/report_db.h"
#include "relay/report_db_binary.h"
#include "support/made_run.h"
#include "util/xmalloc.h"

enum { ROUNDS_MAX = 99, CONNECTIONS_MAX = 16 };

struct settings {
    size_t runs;
    size_t reports;
    size_t batch;
    int rounds;
    int connections;
};

/* What one thread stores with one connection. */
struct job {
    struct runlog *runlogs;
    size_t count;
    size_t first; /* the place of its first run among those of all threads */
    size_t batch;
    const struct way *way;
    void *prepared;
    pthread_t thread;
};

struct way {
    const char *name;
    void *(*prepare)(struct job *job); /* not measured; connects */
    void (*work)(struct job *job);
    void (*end)(struct job *job);
};

struct figure {
    double seconds;
    double client_cpu;
    double server_cpu;
};

static void bench_store_die(const char *what, const char *why)
{
    fprintf(stderr, "bench_store: %s: %s\n", what, why);
    exit(3);
}

static PGconn *bench_store_connect_to(const char *url)
{
    const char *const keywords[] = {"dbname", "password", NULL};
    const char *const values[] = {url, getenv("LAB_PG_PASSWORD"), NULL};
    PGconn *connection = PQconnectdbParams(keywords, values, 1);
    if (PQstatus(connection) != CONNECTION_OK) {
        bench_store_die("cannot connect", PQerrorMessage(connection));
    }
    return connection;
}

static void bench_store_run(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN) {
        bench_store_die(sql, PQerrorMessage(connection));
    }
    PQclear(result);
}

/* --- report_db --- */

static void *ours_prepare(struct job *job)
{
    (void)job;
    struct err err;
    struct report_db *db = report_db_new(getenv("LAB_PG_URL"), getenv("LAB_PG_PASSWORD"), "bench_store", &err);
    if (db == NULL || !report_db_probe(db, &err)) {
        bench_store_die("cannot connect", err.text);
    }
    return db;
}

static void ours_work(struct job *job)
{
    struct report_db_run *runs = xcalloc(job->batch, sizeof *runs);
    for (size_t done = 0; done < job->count; done += job->batch) {
        size_t count = job->count - done < job->batch ? job->count - done : job->batch;
        for (size_t i = 0; i < count; i++) {
            runs[i].runlog = &job->runlogs[done + i];
        }
        report_db_store(job->prepared, runs, count);
        for (size_t i = 0; i < count; i++) {
            if (runs[i].outcome != REPORT_DB_STORED) {
                bench_store_die("not stored", runs[i].reason.text);
            }
        }
    }
    free(runs);
}

static void ours_end(struct job *job)
{
    report_db_free(job->prepared);
}

/* --- plain COPY --- */

struct copy_batch {
    struct buffer events;
    struct buffer executions;
};

struct copy_job {
    PGconn *connection;
    struct copy_batch *batches;
    size_t count;
};

static void encode_execution(struct buffer *out, const struct runlog *runlog, int64_t id)
{
    const char columns[] = {0, 4};
    buffer_add(out, columns, sizeof columns);
    report_db_binary_text(out, slice_from_str(runlog->info.node_id));
    report_db_binary_int8(out, timestamp_postgres(&runlog->reports[0].origin->start));
    report_db_binary_text(out, runlog->config_id);
    report_db_binary_int8(out, id);
}

/* place: of the first run among those of all threads. All runs have the same number of reports. */
static void encode_batch(struct copy_batch *batch, const struct runlog *runlogs, size_t count, size_t place)
{
    int64_t id = 1000000 + (int64_t)(place * runlogs[0].report_count);
    report_db_binary_copy_header(&batch->events);
    report_db_binary_copy_header(&batch->executions);
    for (size_t i = 0; i < count; i++) {
        encode_execution(&batch->executions, &runlogs[i], id);
        for (size_t j = 0; j < runlogs[i].report_count; j++) {
            report_db_binary_copy_row(&batch->events, id++, slice_from_str(runlogs[i].info.node_id),
                                      &runlogs[i].reports[j]);
        }
    }
    report_db_binary_copy_trailer(&batch->events);
    report_db_binary_copy_trailer(&batch->executions);
}

static void *copy_prepare(struct job *job)
{
    struct copy_job *copy = xcalloc(1, sizeof *copy);
    copy->connection = bench_store_connect_to(getenv("LAB_PG_URL"));
    copy->batches = xcalloc(job->count / job->batch + 1, sizeof *copy->batches);
    for (size_t done = 0; done < job->count; done += job->batch) {
        size_t count = job->count - done < job->batch ? job->count - done : job->batch;
        encode_batch(&copy->batches[copy->count++], job->runlogs + done, count, job->first + done);
    }
    return copy;
}

static void copy_in(PGconn *connection, const char *sql, const struct buffer *data)
{
    bench_store_run(connection, sql);
    if (PQputCopyData(connection, data->at, (int)data->len) != 1 || PQputCopyEnd(connection, NULL) != 1) {
        bench_store_die("COPY", PQerrorMessage(connection));
    }
    for (PGresult *result; (result = PQgetResult(connection)) != NULL;) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            bench_store_die("COPY", PQresultErrorMessage(result));
        }
        PQclear(result);
    }
}

static void copy_work(struct job *job)
{
    struct copy_job *copy = job->prepared;
    for (size_t i = 0; i < copy->count; i++) {
        bench_store_run(copy->connection, "BEGIN");
        copy_in(copy->connection, "COPY RudderSysEvents (" REPORT_DB_COPY_COLUMNS ") FROM STDIN (FORMAT binary)",
                &copy->batches[i].events);
        copy_in(copy->connection,
                "COPY ReportsExecution (nodeId, date, nodeConfigId, insertionId) FROM STDIN (FORMAT binary)",
                &copy->batches[i].executions);
        bench_store_run(copy->connection, "COMMIT");
    }
}

static void copy_end(struct job *job)
{
    struct copy_job *copy = job->prepared;
    for (size_t i = 0; i < copy->count; i++) {
        buffer_free(&copy->batches[i].events);
        buffer_free(&copy->batches[i].executions);
    }
    PQfinish(copy->connection);
    free(copy->batches);
    free(copy);
}

/* --- one INSERT with bind parameters a run --- */

enum { INSERT_COLUMNS = 11 };

static void *insert_prepare(struct job *job)
{
    (void)job;
    return bench_store_connect_to(getenv("LAB_PG_URL"));
}

static char *bench_store_timestamp_text(const struct timestamp *timestamp)
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(timestamp, text);
    return xstrdup(text);
}

static char *slice_text(struct slice slice)
{
    return xstrndup(slice.at, slice.len);
}

static void report_texts(char **texts, const char *node_id, const struct report *report)
{
    const struct report_origin *origin = report->origin;
    *texts++ = bench_store_timestamp_text(&report->executed);
    *texts++ = xstrdup(node_id);
    *texts++ = slice_text(origin->directive_id);
    *texts++ = slice_text(origin->rule_id);
    *texts++ = slice_text(origin->report_id);
    *texts++ = slice_text(origin->component);
    *texts++ = slice_text(origin->key_value);
    *texts++ = bench_store_timestamp_text(&origin->start);
    *texts++ = slice_text(report->event_type);
    *texts++ = slice_text(origin->policy);
    *texts++ = slice_text(report->message);
}

static PGresult *query(PGconn *connection, const char *sql, size_t count, char *const *texts)
{
    PGresult *result = PQexecParams(connection, sql, (int)count, NULL, (const char *const *)texts, NULL, NULL, 0);
    if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK) {
        bench_store_die(sql, PQerrorMessage(connection));
    }
    return result;
}

static void insert_run(PGconn *connection, const struct runlog *runlog)
{
    size_t count = runlog->report_count * INSERT_COLUMNS;
    char **texts = xcalloc(count, sizeof *texts);
    struct buffer sql = {0};
    buffer_add_text(&sql,
                    "INSERT INTO RudderSysEvents (executionDate, nodeId, directiveId, ruleId, reportId, component, "
                    "keyValue, executionTimeStamp, eventType, policy, msg) VALUES ");
    for (size_t i = 0; i < runlog->report_count; i++) {
        report_texts(texts + i * INSERT_COLUMNS, runlog->info.node_id, &runlog->reports[i]);
        for (size_t j = 0; j < INSERT_COLUMNS; j++) {
            buffer_add_format(&sql, "%s$%zu", j > 0 ? "," : i > 0 ? "),(" : "(", i * INSERT_COLUMNS + j + 1);
        }
    }
    buffer_add_text(&sql, ") RETURNING id");
    bench_store_run(connection, "BEGIN");
    PQclear(query(connection,
                  "SELECT id FROM RudderSysEvents WHERE executionDate = $1 AND nodeId = $2 AND directiveId = $3 AND "
                  "ruleId = $4 AND reportId = $5 AND component = $6 AND keyValue = $7 AND executionTimeStamp = $8 AND "
                  "eventType = $9 AND policy = $10 AND msg = $11 LIMIT 1",
                  INSERT_COLUMNS, texts));
    PGresult *ids = query(connection, buffer_cstr(&sql), count, texts);
    char *execution[] = {texts[1], texts[7], slice_text(runlog->config_id), PQgetvalue(ids, 0, 0)};
    PQclear(query(connection,
                  "INSERT INTO ReportsExecution (nodeId, date, nodeConfigId, insertionId) VALUES ($1, $2, $3, $4)", 4,
                  execution));
    bench_store_run(connection, "COMMIT");
    PQclear(ids);
    free(execution[2]);
    for (size_t i = 0; i < count; i++) {
        free(texts[i]);
    }
    free(texts);
    buffer_free(&sql);
}

static void insert_work(struct job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        insert_run(job->prepared, &job->runlogs[i]);
    }
}

static void insert_end(struct job *job)
{
    PQfinish(job->prepared);
}

static const struct way ours = {"report_db", ours_prepare, ours_work, ours_end};
static const struct way plain_copy = {"plain COPY", copy_prepare, copy_work, copy_end};
static const struct way inserts = {"INSERT a run", insert_prepare, insert_work, insert_end};

/* --- measuring --- */

static void *bench_store_work(void *argument)
{
    struct job *job = argument;
    job->way->work(job);
    return NULL;
}

static double bench_store_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Each run is there, with all its reports. */
static void bench_store_require_all(PGconn *superuser, const struct way *way, const struct runlog *runlogs,
                                    size_t count)
{
    char wanted[64];
    size_t reports = 0;
    for (size_t i = 0; i < count; i++) {
        reports += runlogs[i].report_count;
    }
    snprintf(wanted, sizeof wanted, "%zu %zu", count, reports);
    PGresult *result = PQexec(superuser, "SELECT concat_ws(' ', (SELECT count(*) FROM ReportsExecution),"
                                         " (SELECT count(*) FROM RudderSysEvents))");
    if (PQntuples(result) != 1 || strcmp(PQgetvalue(result, 0, 0), wanted) != 0) {
        bench_store_die(way->name, "not all runs and reports are in the database");
    }
    PQclear(result);
}

static struct figure bench_store_measure(PGconn *superuser, const struct way *way, struct runlog *runlogs, size_t count,
                             size_t batch, int connections)
{
    struct job jobs[CONNECTIONS_MAX];
    bench_store_run(superuser, "TRUNCATE RudderSysEvents, ReportsExecution");
    bench_store_run(superuser, "CHECKPOINT");
    for (int i = 0; i < connections; i++) {
        size_t from = count * (size_t)i / (size_t)connections;
        size_t to = count * (size_t)(i + 1) / (size_t)connections;
        jobs[i] = (struct job){
            .runlogs = runlogs + from, .count = to - from, .first = from, .batch = batch, .way = way};
        jobs[i].prepared = way->prepare(&jobs[i]);
    }
    struct cpu_time before = cpu_time_now();
    double start = bench_store_now();
    for (int i = 0; i < connections; i++) {
        if (pthread_create(&jobs[i].thread, NULL, bench_store_work, &jobs[i]) != 0) {
            bench_store_die(way->name, "no thread");
        }
    }
    for (int i = 0; i < connections; i++) {
        pthread_join(jobs[i].thread, NULL);
    }
    struct figure figure = {.seconds = bench_store_now() - start};
    struct cpu_time after = cpu_time_now();
    figure.client_cpu = after.client - before.client;
    figure.server_cpu = after.server - before.server;
    for (int i = 0; i < connections; i++) {
        way->end(&jobs[i]);
    }
    bench_store_require_all(superuser, way, runlogs, count);
    return figure;
}

static int by_seconds(const void *left, const void *right)
{
    double a = ((const struct figure *)left)->seconds;
    double b = ((const struct figure *)right)->seconds;
    return a < b ? -1 : a > b;
}

/* A line of the table: a way with its number of connections and runs a transaction. */
struct line {
    const struct way *way;
    int connections;
    size_t batch;
    size_t runs;
    struct figure figures[ROUNDS_MAX];
};

static struct figure median(struct line *line, int rounds)
{
    qsort(line->figures, (size_t)rounds, sizeof *line->figures, by_seconds);
    return line->figures[rounds / 2];
}

static void measure_lines(PGconn *superuser, struct runlog *runlogs, struct line *lines, size_t count, int rounds)
{
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            lines[i].figures[round] = bench_store_measure(superuser, lines[i].way, runlogs, lines[i].runs,
                                                          lines[i].batch, lines[i].connections);
        }
    }
}

static void print_line(struct line *line, const struct settings *settings)
{
    struct figure figure = median(line, settings->rounds);
    double runs = (double)line->runs;
    printf("%-14s %11d %6zu %9.0f %11.0f %11.2f %11.2f %11.2f\n", line->way->name, line->connections, line->batch,
           runs / figure.seconds, runs * (double)settings->reports / figure.seconds,
           1000 * figure.seconds * line->connections / runs, 1000 * figure.client_cpu / runs,
           1000 * figure.server_cpu / runs);
}

static void bench_store_compare(PGconn *superuser, struct runlog *runlogs, const struct settings *settings)
{
    struct line lines[2 * CONNECTIONS_MAX + 1];
    size_t count = 0;
    for (int i = 1; i <= settings->connections; i++) {
        lines[count++] =
            (struct line){.way = &plain_copy, .connections = i, .batch = settings->batch, .runs = settings->runs};
        lines[count++] =
            (struct line){.way = &ours, .connections = i, .batch = settings->batch, .runs = settings->runs};
    }
    lines[count++] = (struct line){.way = &inserts, .connections = 1, .batch = 1, .runs = settings->runs / 2};
    measure_lines(superuser, runlogs, lines, count, settings->rounds);
    for (size_t i = 0; i < count; i++) {
        print_line(&lines[i], settings);
    }
    double original = (double)lines[count - 1].runs / median(&lines[count - 1], settings->rounds).seconds;
    for (size_t i = 0; i + 1 < count; i += 2) {
        double copy = median(&lines[i], settings->rounds).seconds;
        double own = median(&lines[i + 1], settings->rounds).seconds;
        printf("%d connection(s): %.2f of plain COPY (to reach 0.80), %.2f times INSERT a run (to reach "
               "2.50)\n",
               lines[i].connections, copy / own, (double)settings->runs / own / original);
    }
}

/* What a run costs by the number that share a transaction: how long should a forwarder wait for company? */
static void by_batch_size(PGconn *superuser, struct runlog *runlogs, const struct settings *settings)
{
    static const size_t sizes[] = {1, 2, 5, 10, 20, 50};
    struct line lines[sizeof sizes / sizeof *sizes];
    size_t count = sizeof sizes / sizeof *sizes;
    for (size_t i = 0; i < count; i++) {
        lines[i] = (struct line){.way = &ours, .connections = 1, .batch = sizes[i], .runs = settings->runs / 2};
    }
    measure_lines(superuser, runlogs, lines, count, settings->rounds);
    for (size_t i = 0; i < count; i++) {
        print_line(&lines[i], settings);
    }
}

static void bench_store_usage(void)
{
    fputs("usage: bench_store [-n RUNS] [-r REPORTS] [-b BATCH] [-t ROUNDS] [-c CONNECTIONS]\n", stderr);
    exit(2);
}

static struct settings read_settings(int argc, char **argv)
{
    struct settings settings = {.runs = 1500, .reports = 72, .batch = 50, .rounds = 5, .connections = 3};
    for (int option; (option = getopt(argc, argv, "n:r:b:t:c:")) != -1;) {
        long value = optarg != NULL ? strtol(optarg, NULL, 10) : 0;
        if (value <= 0) {
            bench_store_usage();
        }
        switch (option) {
        case 'n':
            settings.runs = (size_t)value;
            break;
        case 'r':
            settings.reports = (size_t)value;
            break;
        case 'b':
            settings.batch = (size_t)value;
            break;
        case 't':
            settings.rounds = value < ROUNDS_MAX ? (int)value : ROUNDS_MAX;
            break;
        case 'c':
            settings.connections = value < CONNECTIONS_MAX ? (int)value : CONNECTIONS_MAX;
            break;
        default:
            bench_store_usage();
        }
    }
    return settings;
}

int main(int argc, char **argv)
{
    struct settings settings = read_settings(argc, argv);
    if (getenv("LAB_PG_PID") == NULL) {
        bench_store_die("LAB_PG_PID is not set", "the server's processor time cannot be measured");
    }
    struct runlog *runlogs = xcalloc(settings.runs, sizeof *runlogs);
    for (size_t i = 0; i < settings.runs; i++) {
        char node_id[NODE_ID_SIZE];
        snprintf(node_id, sizeof node_id, "37817c4d-fbf7-4850-a985-%012zu", i);
        made_run_fill(&runlogs[i], &(struct made_run){.node_id = node_id,
                                                      .start = 1600000000 + (int64_t)i,
                                                      .reports = settings.reports,
                                                      .config_id = "20200913-122640-5b0cc4c5"});
    }
    PGconn *superuser = bench_store_connect_to(getenv("LAB_PG_SUPERUSER"));
    printf("%zu runs of %zu reports, medians of %d rounds\n", settings.runs, settings.reports, settings.rounds);
    printf("%-14s %11s %6s %9s %11s %11s %11s %11s\n", "", "connections", "batch", "runs/s", "reports/s", "ms a run",
           "client CPU", "server CPU");
    bench_store_compare(superuser, runlogs, &settings);
    puts("");
    by_batch_size(superuser, runlogs, &settings);
    PQfinish(superuser);
    for (size_t i = 0; i < settings.runs; i++) {
        arena_free(&runlogs[i].arena);
    }
    free(runlogs);
    return 0;
}
