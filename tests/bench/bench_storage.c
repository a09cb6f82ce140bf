/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_storage: stores the runs of many nodes as they come in a day: a node's runs are alike, but one in five has a
 * line that never came before, and in one of a hundred something was repaired. tests/bench/storages starts it.
 *
 *     bench_storage NODES FIRST-ROUND ROUNDS REPORTS BATCH
 *
 * In each round, five minutes after the one before, each node has a run. Prints the seconds that storing took. Connects
 * by LAB_PG_URL and LAB_PG_PASSWORD.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "relay/report_db.h"
#include "support/made_run.h"
#include "util/xmalloc.h"

enum { BATCH_MAX = 500, ODD_PLACE = 36, REPAIRED_PLACE = 20 };

static void bench_storage_fail(const char *what, const char *why)
{
    fprintf(stderr, "bench_storage: %s: %s\n", what, why);
    exit(3);
}

static size_t number_of(const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*end != '\0') {
        bench_storage_fail(text, "no number");
    }
    return number;
}

static double bench_storage_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The run of a node in a round. The lines that made_run has repaired or logged are as uninteresting as the others. */
static void day_run(struct runlog *runlog, size_t node, size_t round, size_t reports)
{
    char node_id[NODE_ID_SIZE], config[48];
    snprintf(node_id, sizeof node_id, "37817c4d-fbf7-4850-a985-%012zu", node);
    snprintf(config, sizeof config, "20200913-122640-%08zu", node);
    made_run_fill(runlog, &(struct made_run){.node_id = node_id,
                                             .start = 1600000000 + (int64_t)(round * 300 + node % 300),
                                             .reports = reports,
                                             .config_id = config});
    for (size_t i = 0; i < reports; i++) {
        struct slice *type = &runlog->reports[i].event_type;
        if (slice_eq_str(*type, "result_repaired") || slice_eq_str(*type, "log_info")) {
            *type = slice_from_str("result_success");
        }
    }
    if ((node + round) % 5 == 0 && reports > ODD_PLACE) {
        char *message = arena_alloc_bytes(&runlog->arena, 64);
        int len = snprintf(message, 64, "The disk was %zu.%zu %% full in round %zu", node % 100, round % 10, round);
        runlog->reports[ODD_PLACE].message = (struct slice){message, (size_t)len};
    }
    if ((node + round) % 100 == 1 && reports > REPAIRED_PLACE) {
        runlog->reports[REPAIRED_PLACE].event_type = slice_from_str("result_repaired");
    }
}

static double time_batch(struct report_db *db, struct runlog *runlogs, size_t count)
{
    struct report_db_run runs[BATCH_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
        runs[i].runlog = &runlogs[i];
    }
    double start = bench_storage_now();
    report_db_store(db, runs, count);
    double seconds = bench_storage_now() - start;
    for (size_t i = 0; i < count; i++) {
        if (runs[i].outcome != REPORT_DB_STORED) {
            bench_storage_fail("a run is not stored", runs[i].reason.text);
        }
        arena_free(&runlogs[i].arena);
        runlogs[i] = (struct runlog){0};
    }
    return seconds;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: bench_storage NODES FIRST-ROUND ROUNDS REPORTS BATCH\n");
        return 2;
    }
    size_t nodes = number_of(argv[1]), first = number_of(argv[2]), rounds = number_of(argv[3]);
    size_t reports = number_of(argv[4]), batch = number_of(argv[5]);
    struct runlog *runlogs = xcalloc(BATCH_MAX, sizeof *runlogs);
    struct err err;
    struct report_db *db = report_db_new(getenv("LAB_PG_URL"), getenv("LAB_PG_PASSWORD"), "bench_storage", &err);
    if (batch == 0 || batch > BATCH_MAX || db == NULL || !report_db_probe(db, &err)) {
        bench_storage_fail("cannot begin", db == NULL || batch == 0 || batch > BATCH_MAX ? "wrong settings" : err.text);
    }
    double seconds = 0;
    size_t waiting = 0;
    for (size_t run = 0; run < nodes * rounds; run++) {
        day_run(&runlogs[waiting++], run % nodes, first + run / nodes, reports);
        if (waiting == batch || run + 1 == nodes * rounds) {
            seconds += time_batch(db, runlogs, waiting);
            waiting = 0;
        }
    }
    printf("%.3f\n", seconds);
    report_db_free(db);
    free(runlogs);
    return 0;
}
