/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_parse: how fast run logs are parsed, UTF-8 check and all, on one core.
 *
 *     bench_parse                 run logs made here: 100 reports, a log entry for every fifth, some of two lines
 *     bench_parse FILE...         these, by their names
 *
 * Prints the median of the rounds in MB/s (10^6 bytes a second of processor time), and the least and the most.
 */
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "relay/runlog_parse.h"
#include "util/buffer.h"
#include "util/log.h"
#include "util/xmalloc.h"

enum { RUNS = 100, REPORTS = 100, ROUNDS = 11 };
static const struct runlog_limits limits = {.reports = 1000000, .bytes = 64 << 20};
static const double round_seconds = 0.2;

struct run {
    struct run_info info;
    struct buffer content;
};

static const char *const components[] = {"Process checking", "CRON Daemon",           "Check apache boot script",
                                         "File content",     "Synchronize resources", "Log system for reports",
                                         "Package presence"};
static const char *const keys[] = {"None", "/etc/ssh/sshd_config", "cron", "apache2",
                                   "/var/log/some/longer/path/file.log"};
static const char *const types[] = {"result_success",  "result_na", "log_repaired",
                                    "result_repaired", "log_info",  "audit_compliant"};
static const char *const messages[] = {
    "Cron daemon status was correct",
    "Check if the service apache2 is started at boot was correct",
    ("Ensure permissions mode 640, owner root and group adm on /var/log/some/longer/path/file.log with no recursion "
     "was repaired"),
    "The internal environment security is acceptable \xe2\x9c\x93",
};

static const char *bench_parse_pick(const char *const *list, size_t count, unsigned n)
{
    return list[n * 2654435761u % count];
}
#define PICK(list, n) bench_parse_pick(list, sizeof list / sizeof *list, n)

static void add_timestamp(struct buffer *out, unsigned n)
{
    buffer_add_format(out, "2024-03-05T%02u:%02u:%02u+00:00 ", n / 3600 % 24, n / 60 % 60, n % 60);
}

static void add_report(struct buffer *out, const char *node, unsigned n)
{
    if (n % 5 == 0) {
        add_timestamp(out, n);
        buffer_add_format(
            out, "rudder     info: Executing 'no timeout' ... '/bin/sh /var/rudder/inputs/common/check %u'\n", n);
    }
    add_timestamp(out, n);
    buffer_add_format(
        out,
        "R: @@Technique-%u@@%s@@32377fd7-02fd-43d0-aab7-28460a91347b@@928d47b9-0486-4abc-8b2c-%012u@@%u@@%s@@"
        "%s@@2024-03-05 00:00:00+00:00##%s@#%s\n",
        n % 7, PICK(types, n), n, n % 3, PICK(components, n + 1), PICK(keys, n + 2), node, PICK(messages, n + 3));
    if (n % 20 == 0) {
        add_timestamp(out, n);
        buffer_add_text(out, "and a second line of the message\n");
    }
}

static void make_run(struct run *run, unsigned number)
{
    char name[NODE_ID_SIZE + 64];
    snprintf(name, sizeof name, "2024-03-05T00:00:00+00:00@e745a140-40bc-4b86-b6dc-%012u.log", number);
    run_info_parse(name, strlen(name), &run->info, NULL);
    add_timestamp(&run->content, 0);
    buffer_add_format(&run->content,
                      "R: @@Common@@control@@rudder@@run@@0@@start@@20240305-%u@@2024-03-05 00:00:00+00:00##%s@#"
                      "Start execution\n",
                      number, run->info.node_id);
    for (unsigned i = 1; i < REPORTS; i++) {
        add_report(&run->content, run->info.node_id, i);
    }
}

static bool read_run(struct run *run, const char *path)
{
    const char *name = basename(path);
    struct err err;
    if (!run_info_parse(name, strlen(name), &run->info, &err)) {
        fprintf(stderr, "%s: %s\n", path, err.text);
        return false;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    size_t got;
    while ((got = fread(buffer_reserve(&run->content, 65536), 1, 65536, file)) > 0) {
        run->content.len += got;
    }
    fclose(file);
    return true;
}

/* Returns the bytes parsed; 0 when a run was refused. */
static size_t parse_all(struct runlog *runlog, const struct run *runs, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        struct err err;
        if (!runlog_parse(runlog, &runs[i].info, buffer_slice(&runs[i].content), &limits, &err)) {
            fprintf(stderr, "node %s: %s\n", runs[i].info.node_id, err.text);
            return 0;
        }
        runlog_clear(runlog);
        bytes += runs[i].content.len;
    }
    return bytes;
}

static double one_round(struct runlog *runlog, const struct run *runs, size_t count)
{
    double bytes = 0;
    double begin = bench_cpu_seconds();
    double spent;
    do {
        bytes += (double)parse_all(runlog, runs, count);
        spent = bench_cpu_seconds() - begin;
    } while (spent < round_seconds);
    return bytes / spent / 1e6;
}

static bool bench_parse_measure(const struct run *runs, size_t count)
{
    struct runlog runlog = {.report_count = 0};
    double figures[ROUNDS];
    size_t bytes = parse_all(&runlog, runs, count);
    for (int i = 0; bytes > 0 && i < ROUNDS; i++) {
        figures[i] = one_round(&runlog, runs, count);
    }
    runlog_free(&runlog);
    if (bytes > 0) {
        double median = bench_median(figures, ROUNDS);
        printf("parse: %.0f MB/s median of %d rounds (%.0f to %.0f), %zu run logs of %zu bytes on average\n", median,
               ROUNDS, figures[0], figures[ROUNDS - 1], count, bytes / count);
    }
    return bytes > 0;
}

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? (size_t)argc - 1 : RUNS;
    struct run *runs = xcalloc(count, sizeof *runs);
    log_configure(LOG_LEVEL_ERROR, "", NULL);
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        if (argc > 1) {
            good = read_run(&runs[i], argv[i + 1]);
        } else {
            make_run(&runs[i], (unsigned)i);
        }
    }
    good = good && bench_parse_measure(runs, count);
    for (size_t i = 0; i < count; i++) {
        buffer_free(&runs[i].content);
    }
    free(runs);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
