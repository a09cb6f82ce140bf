/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syslog/omprog.h"

#include <time.h>

#include "relay/relay_metrics.h"
#include "support/suite.h"
#include "support/tmpdir.h"

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

/* What it answers to the input. */
static void converse(const char *input, const char *wanted)
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
    ck_assert_str_eq(answers, wanted);
    close(in[0]);
    close(out[0]);
    gather_close(gather);
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

/* Its program may die between a message and the mark, and rsyslog would not send the message again. */
START_TEST(a_message_in_a_transaction_is_kept_at_once)
{
    omprog_setup();
    converse("BEGIN TRANSACTION\n" MESSAGE("1", REPORT("end")), "OK\nOK\nOK\n");
    converse("", "OK\n");
    ck_assert_int_eq(access(spool, F_OK), 0);
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
           each_message_is_kept_and_the_run_goes_to_the_spool, a_message_in_a_transaction_is_kept_at_once,
           who_is_not_listed_is_answered_for_and_left_out)
