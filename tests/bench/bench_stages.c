/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_stages: what a run costs stage by stage on its way from the spool into PostgreSQL, in one thread: read, expand,
 * verify, parse, store, unlink; and match: to find out that a run is stored already. tests/bench/stages starts it.
 *
 *     bench_stages DIRECTORY NODE-INDEX [BATCH]
 *
 * takes all runs of DIRECTORY/incoming, BATCH (50) at a time, as the forwarder does, and does each stage for the whole
 * batch before the next. Prints microseconds a run: time, processor time of this process, and of PostgreSQL
 * (LAB_PG_PID). It ends with status 3 when a run does not pass a stage. Connects by LAB_PG_URL and LAB_PG_PASSWORD.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/cpu_time.h"
#include "relay/node_index.h"
#include "relay/report_db.h"
#include "relay/runlog_parse.h"
#include "relay/smime_verify.h"
#include "relay/spool.h"
#include "util/log.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

enum { BATCH_MAX = 1000, IMAGE_MAX = 64 << 20 };

enum stage { STAGE_READ, STAGE_EXPAND, STAGE_VERIFY, STAGE_PARSE, STAGE_STORE, STAGE_MATCH, STAGE_UNLINK, STAGES };

static const char *const stage_names[STAGES] = {"read", "expand", "verify", "parse", "store", "match", "unlink"};

struct staged_run {
    char *name;
    struct run_info info;
    struct stat status;
    struct buffer image;
    struct buffer message;
    struct buffer canonical;
    struct slice content;
    struct runlog runlog;
};

struct bench {
    struct spool *spool;
    struct node_index *index;
    struct decompressor *decompressor;
    struct smime_verifier *verifier;
    struct report_db *db;
    char **names;
    size_t count;
    struct staged_run runs[BATCH_MAX];
    struct report_db_run stored[BATCH_MAX];
    struct {
        double seconds;
        double client;
        double server;
    } spent[STAGES];
};

static _Noreturn void bench_stages_die(const char *what, const char *why)
{
    fprintf(stderr, "bench_stages: %s: %s\n", what, why);
    exit(3);
}

static void require(bool good, const char *what, const struct err *err)
{
    if (!good) {
        bench_stages_die(what, err->text);
    }
}

/* ---- the stages, for one run ---- */

static void stage_read(struct bench *bench, struct staged_run *run)
{
    struct err err = {"its name is no run's"};
    int incoming = spool_incoming_fd(bench->spool);
    require(run_info_parse(run->name, strlen(run->name), &run->info, &err), run->name, &err);
    require(fstatat(incoming, run->name, &run->status, AT_SYMLINK_NOFOLLOW) == 0, run->name, &err);
    require(safe_file_read(incoming, run->name, IMAGE_MAX, &run->image, &err), run->name, &err);
}

static void stage_expand(struct bench *bench, struct staged_run *run)
{
    const struct decompress_limits limits = {.expanded = IMAGE_MAX};
    struct err err;
    require(
        decompress(bench->decompressor, run->info.compression, buffer_slice(&run->image), &limits, &run->message, &err),
        run->name, &err);
}

static void stage_verify(struct bench *bench, struct staged_run *run)
{
    struct cert_record known[NODE_INDEX_MAX_CERTS];
    struct err err;
    size_t count = node_index_certificates(bench->index, run->info.node_id, known, NODE_INDEX_MAX_CERTS);
    require(smime_verify(bench->verifier, buffer_slice(&run->message), (struct smime_known){known, count},
                         &run->canonical, &run->content, &err),
            run->name, &err);
}

static void stage_parse(struct bench *bench, struct staged_run *run)
{
    static const struct runlog_limits limits = {.reports = 100000, .bytes = IMAGE_MAX};
    struct err err;
    (void)bench;
    require(runlog_parse(&run->runlog, &run->info, run->content, &limits, &err), run->name, &err);
}

static void stage_unlink(struct bench *bench, struct staged_run *run)
{
    struct err err = {"it stays"};
    require(spool_remove(bench->spool, run->name, &run->status, &err) == SPOOL_LEFT, run->name, &err);
}

/* ---- all of them, for a batch ---- */

static void stage_database(struct bench *bench, size_t count, enum report_db_outcome wanted)
{
    for (size_t i = 0; i < count; i++) {
        bench->stored[i].runlog = &bench->runs[i].runlog;
    }
    report_db_store(bench->db, bench->stored, count);
    for (size_t i = 0; i < count; i++) {
        require(bench->stored[i].outcome == wanted, bench->runs[i].name, &bench->stored[i].reason);
    }
}

static void stage_do(struct bench *bench, enum stage stage, size_t count)
{
    static void (*const of_one_run[STAGES])(struct bench *, struct staged_run *) = {
        [STAGE_READ] = stage_read,   [STAGE_EXPAND] = stage_expand, [STAGE_VERIFY] = stage_verify,
        [STAGE_PARSE] = stage_parse, [STAGE_UNLINK] = stage_unlink,
    };
    if (of_one_run[stage] == NULL) {
        stage_database(bench, count, stage == STAGE_STORE ? REPORT_DB_STORED : REPORT_DB_DUPLICATE);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        of_one_run[stage](bench, &bench->runs[i]);
    }
}

static void stage_measure(struct bench *bench, enum stage stage, size_t count)
{
    bool asks_server = stage == STAGE_STORE || stage == STAGE_MATCH;
    double server = asks_server ? cpu_time_now().server : 0; /* takes milliseconds: it goes through /proc */
    double begin = bench_seconds(), client = bench_cpu_seconds();
    stage_do(bench, stage, count);
    bench->spent[stage].client += bench_cpu_seconds() - client;
    bench->spent[stage].seconds += bench_seconds() - begin;
    bench->spent[stage].server += asks_server ? cpu_time_now().server - server : 0;
}

static void batch_through(struct bench *bench, char **names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct staged_run *run = &bench->runs[i];
        run->name = names[i];
        buffer_clear(&run->image);
        buffer_clear(&run->message);
        runlog_clear(&run->runlog);
    }
    for (enum stage stage = 0; stage < STAGES; stage++) {
        stage_measure(bench, stage, count);
    }
}

static bool bench_stages_note(void *context, const struct spool_entry *entry)
{
    struct bench *bench = context;
    bench->names = xreallocarray(bench->names, bench->count + 1, sizeof *bench->names);
    bench->names[bench->count++] = xstrdup(entry->name);
    return true;
}

static void bench_stages_open(struct bench *bench, const char *directory, const char *index)
{
    struct err err = {"there is no run"};
    const char *url = getenv("LAB_PG_URL");
    if (url == NULL || getenv("LAB_PG_PID") == NULL) {
        bench_stages_die("LAB_PG_URL, LAB_PG_PID", "not set");
    }
    bench->spool = spool_open(directory, "incoming", &err);
    require(bench->spool != NULL, directory, &err);
    bench->index = node_index_open(index, &err);
    require(bench->index != NULL, index, &err);
    bench->decompressor = decompressor_new();
    bench->verifier = smime_verifier_new(false, &err);
    require(bench->verifier != NULL, "OpenSSL", &err);
    bench->db = report_db_new(url, getenv("LAB_PG_PASSWORD"), "bench_stages", &err);
    require(bench->db != NULL && report_db_probe(bench->db, &err), "the database", &err);
    require(spool_scan(spool_incoming_fd(bench->spool), bench_stages_note, bench, &err) && bench->count > 0, directory,
            &err);
}

static void print_stages(const struct bench *bench)
{
    double runs = (double)bench->count / 1e6, seconds = 0, client = 0, server = 0;
    printf("%-8s %10s %10s %10s   microseconds a run\n", "", "time", "ours", "PostgreSQL");
    for (enum stage stage = 0; stage < STAGES; stage++) {
        printf("%-8s %10.1f %10.1f %10.1f\n", stage_names[stage], bench->spent[stage].seconds / runs,
               bench->spent[stage].client / runs, bench->spent[stage].server / runs);
        if (stage != STAGE_MATCH) {
            seconds += bench->spent[stage].seconds;
            client += bench->spent[stage].client;
            server += bench->spent[stage].server;
        }
    }
    printf("%-8s %10.1f %10.1f %10.1f   without match\n", "all", seconds / runs, client / runs, server / runs);
}

int main(int argc, char **argv)
{
    size_t batch = argc > 3 ? strtoul(argv[3], NULL, 10) : 50;
    if (argc < 3 || argc > 4 || batch < 1 || batch > BATCH_MAX) {
        fprintf(stderr, "usage: bench_stages DIRECTORY NODE-INDEX [BATCH (1 to %d)]\n", BATCH_MAX);
        return 2;
    }
    struct bench *bench = xcalloc(1, sizeof *bench);
    log_configure(LOG_LEVEL_ERROR, "", NULL);
    bench_stages_open(bench, argv[1], argv[2]);
    for (size_t done = 0; done < bench->count; done += batch) {
        batch_through(bench, bench->names + done, bench->count - done < batch ? bench->count - done : batch);
    }
    print_stages(bench);
    return fflush(stdout) == 0 ? 0 : 3; /* the memory goes with the program */
}
