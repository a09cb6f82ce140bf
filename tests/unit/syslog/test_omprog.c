/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syslog/omprog.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "relay/relay_metrics.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/safe_file.h"

#define MESSAGE(id, text)                                                                                              \
    "{\"id\":\"" id "\",\"from\":\"192.0.2.1\",\"time\":\"2026-11-29T08:00:01+00:00\",\"message\":\"" text "\"}\n"
#define REPORT(component)                                                                                              \
    "R: @@Common@@control@@rudder@@run@@0@@" component "@@config@@2026-11-29 08:00:00+00:00##n1@#x"

static struct tmpdir directory;
static struct relay_config config;
static char path[100], state[110], spool[110];
static char network[] = "192.0.2.0/24", node[] = "n1", other_node[] = "n2";
static char *networks[] = {network, NULL};
static char *nodes[] = {node, NULL};
static char *none[] = {NULL};

static void omprog_setup(void)
{
    directory = tmpdir_make();
    ck_assert_int_eq(mkdirat(directory.fd, "incoming", 0755), 0);
    ck_assert_int_eq(mkdirat(directory.fd, "failed", 0755), 0);
    snprintf(path, sizeof path, "%s", directory.path);
    snprintf(state, sizeof state, "%s/state", directory.path);
    snprintf(spool, sizeof spool, "%s/incoming/2026-11-29T08:00:00+00:00@n1.log", directory.path);
    config = (struct relay_config){.syslog = {.enabled = true,
                                              .directory = path,
                                              .state_directory = path,
                                              .networks = networks,
                                              .nodes = nodes,
                                              .readmitted_nodes = none,
                                              .run_timeout = 60,
                                              .max_lines = 100,
                                              .max_run_size = 100000,
                                              .max_runs_per_node = 4,
                                              .max_state_size = 1 << 20}};
    config.general.state_file = state;
}

/* What it answers to the input, or how that begins. */
static void converse_at_length(const char *input, const char *wanted, size_t len)
{
    int in[2], out[2];
    char answers[1000] = "";
    struct err err = {""};
    struct gather *gather = gather_open(&config, &err);
    ck_assert_msg(gather != NULL, "%s", err.text);
    ck_assert(pipe(in) == 0 && pipe(out) == 0);
    ck_assert_int_eq(write(in[1], input, strlen(input)), (ssize_t)strlen(input));
    close(in[1]);
    ck_assert(omprog_serve(gather, in[0], out[1]));
    close(out[1]);
    ck_assert_int_ge(read(out[0], answers, sizeof answers - 1), 0);
    answers[len] = '\0';
    ck_assert_str_eq(answers, wanted);
    close(in[0]);
    close(out[0]);
    gather_close(gather);
}

static void converse(const char *input, const char *wanted)
{
    converse_at_length(input, wanted, 999);
}

static void converse_refused(const char *input, const char *wanted)
{
    converse_at_length(input, wanted, strlen(wanted));
}

static void assert_run_lines(size_t wanted)
{
    struct buffer text = {0};
    struct err err = {""};
    size_t lines = 0;
    ck_assert_msg(safe_file_read(AT_FDCWD, spool, 10000, &text, &err), "%s", err.text);
    for (size_t i = 0; i < text.len; i++) {
        lines += text.at[i] == '\n';
    }
    buffer_free(&text);
    ck_assert_uint_eq(lines, wanted);
}

static void assert_batch_file(off_t size)
{
    struct stat status;
    ck_assert_int_eq(fstatat(directory.fd, "batch", &status, 0), 0);
    ck_assert_int_eq(status.st_size, size);
}

static void put_batch_file(const char *text)
{
    struct err err = {""};
    ck_assert(safe_file_put(directory.fd, "batch", 0600, slice_from_str(text), &err));
}

START_TEST(each_message_is_kept_and_the_run_goes_to_the_spool)
{
    omprog_setup();
    converse(MESSAGE("1", REPORT("start")) MESSAGE("2", "garbage"), "OK\nOK\nOK\n");
    ck_assert_int_ne(access(spool, F_OK), 0);
    converse(MESSAGE("1", REPORT("start")) MESSAGE("3", REPORT("end")), "OK\nOK\nOK\n");
    converse("", "OK\n");
    struct stat status;
    ck_assert_int_eq(stat(spool, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0640);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_transaction_is_kept_with_its_mark)
{
    omprog_setup();
    converse("BEGIN TRANSACTION\n" MESSAGE("1", REPORT("start")) MESSAGE("2", REPORT("end")) "COMMIT TRANSACTION\n",
             "OK\nOK\nDEFER_COMMIT\nDEFER_COMMIT\nOK\n");
    assert_batch_file(0);
    converse("", "OK\n");
    ck_assert_int_eq(access(spool, F_OK), 0);
    tmpdir_remove(&directory);
}
END_TEST

/* The program reads until the last message is answered, and is killed. rsyslog does not send these messages again. */
START_TEST(what_was_answered_within_a_transaction_survives_kill_9)
{
    static const char input[] = "BEGIN TRANSACTION\n" MESSAGE("1", REPORT("start")) MESSAGE("2", REPORT("end"));
    static const char wanted[] = "OK\nOK\nDEFER_COMMIT\nDEFER_COMMIT\n";
    int in[2], out[2];
    char answers[sizeof wanted] = "";
    size_t len = 0;
    omprog_setup();
    ck_assert(pipe(in) == 0 && pipe(out) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct err err;
        struct gather *gather = gather_open(&config, &err);
        omprog_serve(gather, in[0], out[1]);
        _exit(1);
    }
    ck_assert_int_eq(write(in[1], input, strlen(input)), (ssize_t)strlen(input));
    while (len < strlen(wanted)) {
        ssize_t got = read(out[0], answers + len, strlen(wanted) - len);
        ck_assert_int_gt(got, 0);
        len += (size_t)got;
    }
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert_str_eq(answers, wanted);
    converse("BEGIN TRANSACTION\n" MESSAGE("1", REPORT("start")) "COMMIT TRANSACTION\n",
             "OK\nOK\nDEFER_COMMIT\nOK\n"); /* one may come twice */
    converse("", "OK\n");
    assert_run_lines(2);
    tmpdir_remove(&directory);
}
END_TEST

/* A process was killed while it wrote: the half line was never answered. */
START_TEST(half_a_line_of_a_batch_is_dropped)
{
    omprog_setup();
    put_batch_file(MESSAGE("1", REPORT("start")) "{\"id\":\"2");
    converse(MESSAGE("2", REPORT("end")), "OK\nOK\n");
    converse("", "OK\n");
    assert_run_lines(2);
    tmpdir_remove(&directory);
}
END_TEST

/* The store fails: the answer says so after a pause, and nothing is lost. */
START_TEST(a_batch_that_cannot_be_stored_waits)
{
    omprog_setup();
    config.syslog.settle_time = 60; /* it is not due, but the store is full, and the run cannot go to the spool */
    converse(MESSAGE("1", REPORT("start")), "OK\nOK\n");
    config.syslog.max_state_size = 0;
    config.upload.min_free_space = INT64_MAX;
    converse_refused("BEGIN TRANSACTION\n" MESSAGE("2", REPORT("end")) "COMMIT TRANSACTION\n",
                     "OK\nOK\nDEFER_COMMIT\nnot kept: the store of runs is full: ");
    config.syslog.max_state_size = 1 << 20;
    config.syslog.settle_time = 0;
    converse("", "OK\n");
    config.upload.min_free_space = 0;
    converse("", "OK\n");
    assert_run_lines(2);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(who_is_not_listed_is_answered_for_and_left_out)
{
    static char *others[] = {other_node, NULL};
    omprog_setup();
    config.syslog.nodes = others;
    converse(MESSAGE("1", REPORT("end")), "OK\nOK\n");
    config.syslog.nodes = nodes;
    config.syslog.networks = none;
    converse(MESSAGE("2", REPORT("end")), "OK\nOK\n");
    converse("", "OK\n");
    ck_assert_int_ne(access(spool, F_OK), 0);
    tmpdir_remove(&directory);
}
END_TEST

static struct relay_syslog_stats told(void)
{
    struct relay_syslog_stats stats;
    struct relay_state *shared = relay_state_open(state, relay_metrics_fingerprint());
    relay_metrics_syslog(shared, &stats);
    relay_state_close(shared);
    return stats;
}

START_TEST(it_is_told_when_the_next_run_is_ended)
{
    const int64_t before = time(NULL);
    omprog_setup();
    converse(MESSAGE("1", REPORT("start")), "OK\nOK\n");
    converse("", "OK\n");
    ck_assert_uint_eq(told().under_way, 1);
    ck_assert_int_ge(told().due, before + config.syslog.run_timeout);
    ck_assert_int_le(told().due, time(NULL) + config.syslog.run_timeout);
    converse(MESSAGE("2", REPORT("end")), "OK\nOK\n");
    converse("", "OK\n");
    ck_assert_uint_eq(told().under_way, 0);
    ck_assert_int_eq(told().due, 0);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("omprog", it_is_told_when_the_next_run_is_ended,
           each_message_is_kept_and_the_run_goes_to_the_spool, a_transaction_is_kept_with_its_mark,
           what_was_answered_within_a_transaction_survives_kill_9, half_a_line_of_a_batch_is_dropped,
           a_batch_that_cannot_be_stored_waits,
           who_is_not_listed_is_answered_for_and_left_out)
