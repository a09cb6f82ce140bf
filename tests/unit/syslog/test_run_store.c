/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syslog/run_store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/suite.h"
#include "support/tmpdir.h"

enum { NOW = 1000000 }; /* milliseconds */

static struct tmpdir directory;
static struct relay_config_syslog config;
static struct run_store *store;
static struct run_store_run runs[20];
static size_t found;

static void open_run_store(void)
{
    struct err err = {""};
    store = run_store_open(&config, &err);
    ck_assert_msg(store != NULL, "%s", err.text);
}

static void run_store_setup(void)
{
    directory = tmpdir_make();
    config = (struct relay_config_syslog){.state_directory = directory.path,
                                          .run_timeout = 60,
                                          .settle_time = 2,
                                          .max_lines = 5,
                                          .max_run_size = 100,
                                          .max_runs_per_node = 2,
                                          .max_state_size = 1 << 20};
    open_run_store();
}

static void run_store_finish(void)
{
    run_store_close(store);
    tmpdir_remove(&directory);
}

static enum run_store_added add_at(const char *node, int64_t start, const char *id, bool ends, int64_t now_ms)
{
    const struct timestamp began = {.seconds = start};
    const struct run_store_line line = {node, &began, id, slice_from_str("0123456789\n"), ends};
    struct err err = {""};
    enum run_store_added added = run_store_add(store, &line, now_ms, &err);
    ck_assert_msg(added != RUN_STORE_FAILED, "%s", err.text);
    return added;
}

/* In a transaction of its own. */
static enum run_store_added add_one(const char *node, int64_t start, const char *id, bool ends)
{
    struct err err = {""};
    ck_assert(run_store_begin(store, &err));
    enum run_store_added added = add_at(node, start, id, ends, NOW);
    ck_assert(run_store_commit(store, &err));
    return added;
}

static int64_t find_due(int64_t now_ms)
{
    struct err err;
    int64_t next_ms;
    ck_assert(run_store_find_due(store, now_ms, runs, 20, &found, &next_ms, &err));
    return next_ms;
}

static void assert_lines(const struct run_store_run *run, size_t lines)
{
    struct buffer text = {0};
    struct err err;
    ck_assert(run_store_read(store, run, &text, &err));
    ck_assert_uint_eq(text.len, lines * 11);
    ck_assert_uint_eq(run->lines, lines);
    buffer_free(&text);
}

static void end_stored_run(const struct run_store_run *run)
{
    struct err err = {""};
    ck_assert_msg(run_store_end(store, run, NOW, &err), "%s", err.text);
}

START_TEST(a_run_ends_with_its_report_and_some_time)
{
    run_store_setup();
    ck_assert_int_eq(find_due(NOW), INT64_MAX);
    ck_assert_int_eq(add_one("n1", 100, "a", false), RUN_STORE_TAKEN);
    ck_assert_int_eq(find_due(NOW), NOW + 60000);
    ck_assert_int_eq(add_one("n1", 100, "b", true), RUN_STORE_TAKEN);
    ck_assert_int_eq(find_due(NOW), NOW + 2000);
    ck_assert_uint_eq(found, 0);
    ck_assert_int_eq(add_one("n1", 100, "c", false), RUN_STORE_TAKEN); /* overtaken by the end */
    find_due(NOW + 2000);
    ck_assert_uint_eq(found, 1);
    ck_assert_str_eq(runs[0].node_id, "n1");
    ck_assert_int_eq(runs[0].start.seconds, 100);
    ck_assert_int_eq(runs[0].end, RUN_STORE_BY_REPORT);
    assert_lines(&runs[0], 3);
    end_stored_run(&runs[0]);
    ck_assert_uint_eq(run_store_count(store), 0);
    ck_assert_int_eq(add_one("n1", 100, "d", false), RUN_STORE_LATE);
    ck_assert_uint_eq(run_store_count(store), 0);
    run_store_finish();
}
END_TEST

START_TEST(what_comes_again_is_known)
{
    run_store_setup();
    ck_assert_int_eq(add_one("n1", 100, "a", false), RUN_STORE_TAKEN);
    ck_assert_int_eq(add_one("n2", 100, "a", false), RUN_STORE_TAKEN);
    run_store_close(store);
    open_run_store();
    ck_assert_int_eq(add_one("n1", 100, "a", false), RUN_STORE_REPEATED);
    find_due(NOW + 60000);
    ck_assert_uint_eq(found, 2);
    ck_assert_int_eq(runs[0].end, RUN_STORE_BY_TIMEOUT);
    assert_lines(&runs[0], 1);
    end_stored_run(&runs[1]);
    assert_lines(&runs[0], 1);
    run_store_finish();
}
END_TEST

START_TEST(what_is_not_committed_is_not_there)
{
    struct err err;
    run_store_setup();
    ck_assert(run_store_begin(store, &err));
    ck_assert_int_eq(add_at("n1", 100, "a", false, NOW), RUN_STORE_TAKEN);
    run_store_abort(store);
    ck_assert_uint_eq(run_store_count(store), 0);
    ck_assert(run_store_begin(store, &err));
    ck_assert_int_eq(add_at("n1", 100, "a", false, NOW), RUN_STORE_TAKEN);
    run_store_close(store); /* as when it is killed */
    open_run_store();
    ck_assert_uint_eq(run_store_count(store), 0);
    run_store_finish();
}
END_TEST

START_TEST(a_run_has_limits_but_for_its_end)
{
    char id[8];
    run_store_setup();
    for (int i = 0; i < 7; i++) {
        snprintf(id, sizeof id, "l%d", i);
        ck_assert_int_eq(add_one("n1", 100, id, false), i < 5 ? RUN_STORE_TAKEN : RUN_STORE_LIMIT);
    }
    ck_assert_int_eq(add_one("n1", 100, "end", true), RUN_STORE_TAKEN);
    config.max_lines = 1000;
    for (int i = 0; i < 12; i++) {
        snprintf(id, sizeof id, "b%d", i);
        ck_assert_int_eq(add_one("n1", 200, id, false), i < 9 ? RUN_STORE_TAKEN : RUN_STORE_LIMIT);
    }
    run_store_finish();
}
END_TEST

START_TEST(a_node_has_limits)
{
    struct err err;
    run_store_setup();
    ck_assert_int_eq(add_one("n", 1, "x", false), RUN_STORE_TAKEN); /* another node, whose id begins the same */
    ck_assert(run_store_begin(store, &err));
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(add_at("n1", 100 + i, "a", false, NOW + i), i < 8 ? RUN_STORE_TAKEN : RUN_STORE_LIMIT);
    }
    ck_assert(run_store_commit(store, &err));
    find_due(NOW + 10);
    ck_assert_uint_eq(found, 6); /* the older ones, to make room */
    for (size_t i = 0; i < found; i++) {
        ck_assert_int_eq(runs[i].start.seconds, 100 + (int64_t)i);
        ck_assert_int_eq(runs[i].end, RUN_STORE_BY_LIMIT);
        assert_lines(&runs[i], 1);
        end_stored_run(&runs[i]);
    }
    ck_assert_uint_eq(run_store_count(store), 3);
    run_store_finish();
}
END_TEST

START_TEST(the_last_runs_of_a_node_are_remembered)
{
    struct err err;
    run_store_setup();
    for (int i = 0; i < RUN_STORE_ENDED + 1; i++) {
        const struct run_store_run *run = &runs[0];
        ck_assert_int_eq(add_one("n1", 1000 - i, "a", true), RUN_STORE_TAKEN);
        find_due(NOW + 2000);
        ck_assert_uint_eq(found, 1);
        ck_assert(run_store_end(store, run, NOW + i, &err));
    }
    for (int i = 1; i < RUN_STORE_ENDED + 1; i++) {
        ck_assert_int_eq(add_one("n1", 1000 - i, "b", true), RUN_STORE_LATE);
    }
    ck_assert_int_eq(add_one("n1", 1000, "b", true), RUN_STORE_TAKEN);
    run_store_finish();
}
END_TEST

START_TEST(when_it_is_full_the_quietest_run_goes)
{
    struct run_store_run oldest;
    char id[16];
    struct err err;
    run_store_setup();
    config.max_lines = 1000000;
    config.max_run_size = 1 << 30;
    ck_assert(!run_store_is_full(store, &oldest));
    ck_assert(run_store_begin(store, &err));
    for (int i = 0; i < 20000; i++) {
        snprintf(id, sizeof id, "i%d", i);
        ck_assert_int_eq(add_at(i % 2 ? "n1" : "n2", 100, id, false, i % 2 ? NOW + 1 : NOW), RUN_STORE_TAKEN);
    }
    ck_assert(run_store_commit(store, &err));
    ck_assert(run_store_is_full(store, &oldest));
    ck_assert_str_eq(oldest.node_id, "n2");
    ck_assert_int_eq(oldest.end, RUN_STORE_BY_LIMIT);
    end_stored_run(&oldest);
    ck_assert(!run_store_is_full(store, &oldest));
    run_store_finish();
}
END_TEST

START_TEST(a_clock_that_was_set_back_ends_the_wait)
{
    run_store_setup();
    ck_assert_int_eq(add_one("n1", 100, "a", false), RUN_STORE_TAKEN);
    find_due(NOW - 60000);
    ck_assert_uint_eq(found, 1);
    run_store_finish();
}
END_TEST

/* The disk takes half a page more than the file has. (No check in between: Check writes to a file, too.) */
static bool commit_to_a_full_disk(struct err *err)
{
    struct stat status;
    struct rlimit before;
    ck_assert_int_eq(fstatat(directory.fd, "runs.mdb", &status, 0), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {(rlim_t)status.st_size + 2048, before.rlim_max};
    int limited = setrlimit(RLIMIT_FSIZE, &limit);
    bool good = run_store_commit(store, err);
    int unlimited = setrlimit(RLIMIT_FSIZE, &before);
    ck_assert_int_eq(limited, 0);
    ck_assert_int_eq(unlimited, 0);
    return good;
}

START_TEST(a_full_disk_is_named_and_the_store_goes_on)
{
    struct err err = {""};
    run_store_setup();
    config.max_runs_per_node = 1000;
    ck_assert_int_eq(add_one("n1", 1, "a", false), RUN_STORE_TAKEN);
    ck_assert(run_store_begin(store, &err));
    for (int64_t start = 2; start < 500; start++) {
        ck_assert_int_eq(add_at("n1", start, "a", false, NOW), RUN_STORE_TAKEN);
    }
    ck_assert(!commit_to_a_full_disk(&err));
    ck_assert_msg(strstr(err.text, "is the disk full?") != NULL, "%s", err.text);
    ck_assert_int_eq(add_one("n1", 2, "a", false), RUN_STORE_TAKEN);
    ck_assert_int_eq(add_one("n1", 1, "a", false), RUN_STORE_REPEATED);
    run_store_finish();
}
END_TEST

/* A store of 200 runs, closed. Returns the size of its file. */
static off_t make_large_store(void)
{
    struct err err = {""};
    struct stat status;
    run_store_setup();
    config.max_runs_per_node = 1000;
    ck_assert(run_store_begin(store, &err));
    for (int64_t start = 1; start <= 200; start++) {
        ck_assert_int_eq(add_at("n1", start, "a", false, NOW), RUN_STORE_TAKEN);
    }
    ck_assert(run_store_commit(store, &err));
    run_store_close(store);
    ck_assert_int_eq(fstatat(directory.fd, "runs.mdb", &status, 0), 0);
    return status.st_size;
}

/* damage: a byte that replaces each from `from` to `to`; -1: the file ends at `from`. */
static void damage_store(off_t from, off_t to, int damage)
{
    int fd = openat(directory.fd, "runs.mdb", O_WRONLY);
    char byte = (char)damage;
    ck_assert_int_eq(damage < 0 ? ftruncate(fd, from) : 0, 0);
    for (off_t at = from; damage >= 0 && at < to; at++) {
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
    }
    close(fd);
}

START_TEST(a_damaged_file_is_moved_aside)
{
    enum { PAGE = 4096 };
    const struct {
        off_t from;
        off_t to; /* 0: the end */
        int damage;
    } damages[] = {{0, 2 * PAGE, 0}, {0, 100, 'x'},    {PAGE, 0, -1},
                   {5 * PAGE, 0, -1}, {2 * PAGE, 0, 0}, {2 * PAGE, 0, 0xff}};
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        off_t size = make_large_store();
        damage_store(damages[i].from, damages[i].to > 0 ? damages[i].to : size, damages[i].damage);
        open_run_store();
        ck_assert_uint_eq(run_store_count(store), 0);
        ck_assert(tmpdir_has(directory.fd, "runs.mdb.damaged"));
        ck_assert_int_eq(add_one("n1", 1, "a", false), RUN_STORE_TAKEN);
        run_store_finish();
    }
}
END_TEST

START_TEST(a_file_that_is_whole_stays)
{
    make_large_store();
    open_run_store();
    ck_assert_uint_eq(run_store_count(store), 200);
    ck_assert(!tmpdir_has(directory.fd, "runs.mdb.damaged"));
    run_store_finish();
}
END_TEST

SUITE_MAIN("run_store", a_damaged_file_is_moved_aside, a_file_that_is_whole_stays,
           a_run_ends_with_its_report_and_some_time, what_comes_again_is_known,
           what_is_not_committed_is_not_there, a_run_has_limits_but_for_its_end, a_node_has_limits,
           the_last_runs_of_a_node_are_remembered, when_it_is_full_the_quietest_run_goes,
           a_clock_that_was_set_back_ends_the_wait, a_full_disk_is_named_and_the_store_goes_on)
