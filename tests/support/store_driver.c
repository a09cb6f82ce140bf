/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * store_driver: drives report_db for a test. Reads commands from standard input, a line each, and answers on standard
 * output. The database is that of LAB_PG_URL and LAB_PG_PASSWORD.
 *
 * run NODE START REPORTS [partial] [config=TEXT] [message=TEXT] [rule=TEXT] [long-rule=BYTES] [event=TYPE]
 *     [extra=PLACE]
 *     adds a run to the batch (START: seconds since 1970). No answer.
 *
 * store
 *     stores the batch on the one connection. Answer: a line "NODE START OUTCOME [REASON]" for each run, then ".".
 *     OUTCOME of a run that may be tried again is the kind of its error.
 *
 * hammer THREADS BATCH
 *     THREADS connections at once store all runs of the batch, each in an order of its own and BATCH at a time, each
 *     run again until its outcome is final. Answer: "stored N duplicate N refused N".
 *
 * share THREADS BATCH
 *     The same, but each connection stores a part of the runs.
 *
 * probe
 *     Answer: "ok" or the reason.
 *
 * examine
 *     Answer: the complaints of report_db_examine, a line each, then ".".
 *
 * timeout SECONDS
 *     report_db_statement_timeout. No answer.
 *
 * plain
 *     report_db_plain_only. No answer.
 *
 * stop
 *     from now on, report_db waits only as long as when stopping. No answer.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "relay/report_db.h"
#include "support/made_run.h"
#include "util/xmalloc.h"

enum { RUNS_MAX = 5000, OUTCOMES = REPORT_DB_DOWN + 1 };

static const char *const outcome_names[OUTCOMES] = {"stored", "duplicate", "refused", "retry", "down"};
static const char *const retry_names[] = {
    [REPORT_DB_ERROR_DATA] = "data",   [REPORT_DB_ERROR_UNSURE] = "unsure", [REPORT_DB_ERROR_SLOW] = "slow",
    [REPORT_DB_ERROR_SETUP] = "setup", [REPORT_DB_ERROR_LOST] = "lost",
};

struct driver {
    struct report_db *db;
    struct runlog runlogs[RUNS_MAX];
    size_t count;
    int stop_fd;
};

struct hammer {
    const struct runlog *runlogs;
    size_t count;
    size_t batch;
    unsigned seed;
    size_t outcomes[OUTCOMES];
};

static struct report_db *connect_or_exit(void)
{
    struct err err;
    const char *url = getenv("LAB_PG_URL");
    const char *password = getenv("LAB_PG_PASSWORD");
    struct report_db *db = report_db_new(url != NULL ? url : "", password, "store_driver", &err);
    if (db == NULL) {
        fprintf(stderr, "store_driver: %s\n", err.text);
        exit(3);
    }
    return db;
}

static void parse_option(const char *word, struct made_run *made, char *long_rule, size_t size)
{
    if (strcmp(word, "partial") == 0) {
        made->partial = true;
    } else if (strncmp(word, "config=", 7) == 0) {
        made->config_id = word + 7;
    } else if (strncmp(word, "message=", 8) == 0) {
        made->message = word + 8;
    } else if (strncmp(word, "rule=", 5) == 0) {
        made->rule_id = word + 5;
    } else if (strncmp(word, "extra=", 6) == 0) {
        made->extra = strtoul(word + 6, NULL, 10);
    } else if (strncmp(word, "event=", 6) == 0) {
        made->event = word + 6;
    } else if (strncmp(word, "long-rule=", 10) == 0) {
        /* an index entry has at most 2704 bytes, after compression: so no two neighbours alike */
        size_t len = strtoul(word + 10, NULL, 10);
        unsigned seed = 1;
        for (size_t i = 0; i < len && i + 1 < size; i++) {
            long_rule[i] = (char)('!' + rand_r(&seed) % 90);
            long_rule[i + 1] = '\0';
        }
        made->rule_id = long_rule;
    }
}

static void add_run(struct driver *driver, char *words)
{
    static char long_rule[100000];
    char *rest = NULL;
    const char *node = strtok_r(words, " ", &rest);
    const char *start = strtok_r(NULL, " ", &rest);
    const char *reports = strtok_r(NULL, " ", &rest);
    if (reports == NULL || driver->count == RUNS_MAX) {
        fprintf(stderr, "store_driver: run NODE START REPORTS, at most %d\n", RUNS_MAX);
        exit(2);
    }
    struct made_run made = {.node_id = node, .start = strtoll(start, NULL, 10), .reports = strtoul(reports, NULL, 10)};
    for (const char *word; (word = strtok_r(NULL, " ", &rest)) != NULL;) {
        parse_option(word, &made, long_rule, sizeof long_rule);
    }
    made_run_fill(&driver->runlogs[driver->count++], &made);
}

static void store_driver_clear(struct driver *driver)
{
    for (size_t i = 0; i < driver->count; i++) {
        arena_free(&driver->runlogs[i].arena);
        driver->runlogs[i] = (struct runlog){0};
    }
    driver->count = 0;
}

/* The name of an outcome; for a run that may be tried again, the kind of its error. */
static const char *outcome_name(const struct report_db_run *run)
{
    return run->outcome == REPORT_DB_RETRY ? retry_names[run->fault] : outcome_names[run->outcome];
}

static void store_driver_store(struct driver *driver)
{
    struct report_db_run *runs = xcalloc(driver->count + 1, sizeof *runs);
    for (size_t i = 0; i < driver->count; i++) {
        runs[i].runlog = &driver->runlogs[i];
        snprintf(runs[i].reason.text, sizeof runs[i].reason.text, "left from before");
    }
    report_db_store(driver->db, runs, driver->count);
    for (size_t i = 0; i < driver->count; i++) {
        printf("%s %lld %s%s%s\n", runs[i].runlog->info.node_id, (long long)runs[i].runlog->info.timestamp.seconds,
               outcome_name(&runs[i]), runs[i].reason.text[0] != '\0' ? " " : "", runs[i].reason.text);
    }
    puts(".");
    free(runs);
    store_driver_clear(driver);
}

static void shuffle(const struct runlog **runlogs, size_t count, unsigned *seed)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)rand_r(seed) % i;
        const struct runlog *kept = runlogs[i - 1];
        runlogs[i - 1] = runlogs[other];
        runlogs[other] = kept;
    }
}

/* Stores the first of the open runs and removes those with a final outcome. Returns how many are still open. */
static size_t hammer_once(struct hammer *hammer, struct report_db *db, const struct runlog **open, size_t count)
{
    struct report_db_run *runs = xcalloc(hammer->batch, sizeof *runs);
    size_t taken = count < hammer->batch ? count : hammer->batch;
    for (size_t i = 0; i < taken; i++) {
        runs[i].runlog = open[i];
    }
    report_db_store(db, runs, taken);
    size_t kept = 0;
    for (size_t i = 0; i < taken; i++) {
        hammer->outcomes[runs[i].outcome]++;
        if (runs[i].outcome == REPORT_DB_RETRY || runs[i].outcome == REPORT_DB_DOWN) {
            open[kept++] = open[i];
        }
    }
    if (kept == taken) {
        usleep(20000);
    }
    memmove(open + kept, open + taken, (count - taken) * sizeof(struct runlog *));
    free(runs);
    return count - taken + kept;
}

static void *hammer_thread(void *argument)
{
    struct hammer *hammer = argument;
    struct report_db *db = connect_or_exit();
    size_t count = hammer->count;
    const struct runlog **open = xcalloc(count + 1, sizeof(struct runlog *));
    for (size_t i = 0; i < count; i++) {
        open[i] = &hammer->runlogs[i];
    }
    shuffle(open, count, &hammer->seed);
    while (count > 0) {
        count = hammer_once(hammer, db, open, count);
    }
    free(open);
    report_db_free(db);
    return NULL;
}

static void hammer(struct driver *driver, const char *words, bool share)
{
    enum { THREADS_MAX = 16 };
    struct hammer hammers[THREADS_MAX] = {0};
    pthread_t threads[THREADS_MAX];
    size_t outcomes[OUTCOMES] = {0};
    int count = 0;
    size_t batch = 0;
    if (sscanf(words, "%d %zu", &count, &batch) != 2 || count < 1 || count > THREADS_MAX || batch == 0) {
        fprintf(stderr, "store_driver: hammer or share THREADS BATCH\n");
        exit(2);
    }
    for (int i = 0; i < count; i++) {
        size_t from = share ? driver->count * (size_t)i / (size_t)count : 0;
        size_t to = share ? driver->count * (size_t)(i + 1) / (size_t)count : driver->count;
        hammers[i] = (struct hammer){driver->runlogs + from, to - from, batch, (unsigned)i, {0}};
        pthread_create(&threads[i], NULL, hammer_thread, &hammers[i]);
    }
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        for (int outcome = 0; outcome < OUTCOMES; outcome++) {
            outcomes[outcome] += hammers[i].outcomes[outcome];
        }
    }
    printf("stored %zu duplicate %zu refused %zu\n", outcomes[REPORT_DB_STORED], outcomes[REPORT_DB_DUPLICATE],
           outcomes[REPORT_DB_REFUSED]);
    store_driver_clear(driver);
}

static void examine(struct driver *driver)
{
    struct buffer complaints = {0};
    struct err err;
    bool asked = report_db_examine(driver->db, &complaints, &err);
    printf("%s%s.\n", asked ? buffer_cstr(&complaints) : err.text, asked ? "" : "\n");
    buffer_free(&complaints);
}

int main(void)
{
    struct driver *driver = xcalloc(1, sizeof *driver);
    driver->db = connect_or_exit();
    driver->stop_fd = eventfd(0, 0);
    report_db_stop_fd(driver->db, driver->stop_fd);
    setvbuf(stdout, NULL, _IOLBF, 0);
    char *line = NULL;
    size_t size = 0;
    struct err err;
    while (getline(&line, &size, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "run ", 4) == 0) {
            add_run(driver, line + 4);
        } else if (strcmp(line, "store") == 0) {
            store_driver_store(driver);
        } else if (strncmp(line, "hammer ", 7) == 0) {
            hammer(driver, line + 7, false);
        } else if (strncmp(line, "share ", 6) == 0) {
            hammer(driver, line + 6, true);
        } else if (strcmp(line, "probe") == 0) {
            puts(report_db_probe(driver->db, &err) ? "ok" : err.text);
        } else if (strcmp(line, "examine") == 0) {
            examine(driver);
        } else if (strncmp(line, "timeout ", 8) == 0) {
            report_db_statement_timeout(driver->db, (unsigned)strtoul(line + 8, NULL, 10));
        } else if (strcmp(line, "plain") == 0) {
            report_db_plain_only(driver->db, true);
        } else if (strcmp(line, "stop") == 0) {
            eventfd_write(driver->stop_fd, 1);
        } else {
            fprintf(stderr, "store_driver: %s?\n", line);
            return 2;
        }
    }
    free(line);
    store_driver_clear(driver);
    report_db_free(driver->db);
    close(driver->stop_fd);
    free(driver);
    return 0;
}
