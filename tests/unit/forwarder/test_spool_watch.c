/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/spool_watch.h"

#include <sys/stat.h>

#include "support/made_spool.h"
#include "support/suite.h"

#define NAME(time) "2018-08-24T15:55:" time "+00:00@root.log.gz"

static struct tmpdir directory;
static struct spool *spool;
static struct dispatch *dispatch;
static int inotify_fd;
static int incoming_fd;

static void watch_set_up(void)
{
    struct err err;
    directory = tmpdir_make();
    spool = made_spool_open(&directory, "incoming");
    incoming_fd = spool_incoming_fd(spool);
    dispatch = dispatch_new(10, 0);
    inotify_fd = spool_watch_open(spool, &err);
    ck_assert_msg(inotify_fd >= 0, "%s", err.text);
}

static void watch_tear_down(void)
{
    close(inotify_fd);
    dispatch_free(dispatch);
    spool_close(spool);
    tmpdir_remove(&directory);
}

static enum spool_watch_news read_news(void)
{
    return spool_watch_read(inotify_fd, spool, spool_watch_wanted, dispatch);
}

static const char *watch_next_name(void)
{
    struct queued_run *run = dispatch_take(dispatch);
    return run != NULL ? queued_run_name(run) : "";
}

START_TEST(only_run_logs_are_of_interest)
{
    ck_assert(spool_watch_wanted(NAME("01")));
    ck_assert(spool_watch_wanted("a.zip"));
    ck_assert(spool_watch_wanted("a.log"));
    ck_assert(spool_watch_wanted("a.xml.gz"));
    ck_assert(!spool_watch_wanted("a"));
    ck_assert(!spool_watch_wanted("a.log.part"));
    ck_assert(!spool_watch_wanted("a.gz.reason"));
    ck_assert(!spool_watch_wanted(".a8f7.tmp"));
    ck_assert(!spool_watch_wanted(".a.log.gz"));
    ck_assert(!spool_watch_wanted("a.GZ"));
    ck_assert(!spool_watch_wanted(""));
}
END_TEST

START_TEST(all_inventories_but_hidden_ones_are_of_interest)
{
    ck_assert(spool_watch_wanted_inventory("n1.ocs"));
    ck_assert(spool_watch_wanted_inventory("n1.ocs.sign"));
    ck_assert(!spool_watch_wanted_inventory(".a8f7.tmp"));
}
END_TEST

START_TEST(what_stands_beside_others_gets_a_name_that_is_free)
{
    struct err err;
    watch_set_up();
    tmpdir_write(incoming_fd, NAME("01"), "one");
    tmpdir_write(incoming_fd, NAME("01") ".~1~", "two");
    tmpdir_arrive(incoming_fd, NAME("02") ".~1~", "alone");
    ck_assert_int_eq(read_news(), SPOOL_WATCH_QUIET);
    ck_assert(tmpdir_has(incoming_fd, NAME("01") ".~1~"));
    ck_assert(tmpdir_has(incoming_fd, NAME("02")));
    ck_assert_int_eq(unlinkat(incoming_fd, NAME("01"), 0), 0);
    ck_assert(spool_watch_scan(spool, spool_watch_wanted, dispatch, &err));
    ck_assert(tmpdir_has(incoming_fd, NAME("01")));
    ck_assert(!tmpdir_has(incoming_fd, NAME("01") ".~1~"));
    watch_tear_down();
}
END_TEST

START_TEST(a_new_file_is_told_however_it_comes)
{
    watch_set_up();
    ck_assert_int_eq(read_news(), SPOOL_WATCH_QUIET);
    tmpdir_write(incoming_fd, NAME("01"), "written in place");
    tmpdir_write(incoming_fd, ".temporary.log", "renamed, as uploads are");
    ck_assert_int_eq(renameat(incoming_fd, ".temporary.log", incoming_fd, NAME("02")), 0);
    tmpdir_write(incoming_fd, "not-wanted", "x");
    ck_assert_int_eq(mkdirat(directory.fd, "directory.log", 0700), 0);
    ck_assert_int_eq(renameat(directory.fd, "directory.log", incoming_fd, "directory.log"), 0);
    ck_assert_int_eq(read_news(), SPOOL_WATCH_QUIET);
    ck_assert_str_eq(watch_next_name(), NAME("02"));
    ck_assert_str_eq(watch_next_name(), NAME("01"));
    ck_assert_str_eq(watch_next_name(), "");
    watch_tear_down();
}
END_TEST

/* A file that is told while a sink works on it waits again. */
START_TEST(a_file_that_is_replaced_is_told_again)
{
    watch_set_up();
    tmpdir_write(incoming_fd, NAME("01"), "old");
    read_news();
    struct queued_run *run = dispatch_take(dispatch);
    tmpdir_write(incoming_fd, NAME("01"), "new");
    read_news();
    dispatch_done(dispatch, run);
    ck_assert_str_eq(watch_next_name(), NAME("01"));
    watch_tear_down();
}
END_TEST

/* Refuses the file, which cannot be moved to failed/: a directory is in the place of its reason. */
static void refuse_in_vain(const char *name)
{
    const struct spool_refusal refusal = {.node_id = "root", .reason = "it is bad"};
    char reason[128];
    struct err err;
    snprintf(reason, sizeof reason, "%s.reason", name);
    mkdirat(spool_failed_fd(spool), reason, 0700);
    ck_assert_int_eq(spool_quarantine(spool, name, NULL, &refusal, &err), SPOOL_STAYS);
    ck_assert(tmpdir_has(incoming_fd, name));
}

/* What could not be moved to failed/ waits as long as it is told to. Its way back to its name is no arrival. */
START_TEST(a_file_that_is_put_back_is_not_new)
{
    watch_set_up();
    tmpdir_arrive(incoming_fd, NAME("01"), "x");
    tmpdir_arrive(incoming_fd, NAME("02"), "x");
    read_news();
    struct queued_run *later = dispatch_take(dispatch);
    struct queued_run *sooner = dispatch_take(dispatch);
    refuse_in_vain(NAME("01"));
    refuse_in_vain(NAME("02"));
    dispatch_defer(dispatch, sooner, 3600000); /* before the watch reads of it, and after that */
    read_news();
    dispatch_defer(dispatch, later, 3600000);
    read_news();
    ck_assert_str_eq(watch_next_name(), "");
    ck_assert_uint_eq(dispatch_count(dispatch), 2);
    tmpdir_arrive(incoming_fd, NAME("01"), "another");
    read_news();
    ck_assert_str_eq(watch_next_name(), NAME("01"));
    watch_tear_down();
}
END_TEST

/* Another process may have forgotten it meanwhile. */
START_TEST(a_file_that_is_put_back_is_told_if_it_is_not_known)
{
    watch_set_up();
    tmpdir_arrive(incoming_fd, NAME("01"), "x");
    read_news();
    dispatch_done(dispatch, dispatch_take(dispatch));
    refuse_in_vain(NAME("01"));
    read_news();
    ck_assert_str_eq(watch_next_name(), NAME("01"));
    watch_tear_down();
}
END_TEST

START_TEST(a_directory_that_is_moved_is_lost)
{
    watch_set_up();
    ck_assert_int_eq(renameat(directory.fd, "incoming", directory.fd, "elsewhere"), 0);
    ck_assert_int_eq(read_news(), SPOOL_WATCH_LOST);
    watch_tear_down();
}
END_TEST

/* More notifications than the kernel keeps. Equal ones in a row count as one, so two files take turns. */
static void overflow(void)
{
    long queued_max = 0;
    FILE *limit = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    ck_assert_ptr_nonnull(limit);
    ck_assert_int_eq(fscanf(limit, "%ld", &queued_max), 1);
    fclose(limit);
    tmpdir_write(incoming_fd, "a", "");
    tmpdir_write(incoming_fd, "b", "");
    for (long i = 0; i < queued_max; i++) {
        ck_assert_int_eq(renameat(incoming_fd, i % 2 == 0 ? "a" : "c", incoming_fd, i % 2 == 0 ? "c" : "a"), 0);
    }
}

START_TEST(lost_notifications_are_noticed)
{
    char some[4096];
    watch_set_up();
    overflow();
    ck_assert_int_eq(read_news(), SPOOL_WATCH_OVERFLOW);
    ck_assert_int_eq(read_news(), SPOOL_WATCH_QUIET);
    overflow();
    ck_assert_int_gt(read(inotify_fd, some, sizeof some), 0); /* room for one more behind the one that tells */
    tmpdir_write(incoming_fd, NAME("01"), "x");
    ck_assert_int_eq(read_news(), SPOOL_WATCH_OVERFLOW);
    ck_assert_str_eq(watch_next_name(), NAME("01"));
    watch_tear_down();
}
END_TEST

START_TEST(a_watch_needs_the_directory)
{
    struct err err = {0};
    watch_set_up();
    ck_assert_int_eq(renameat(directory.fd, "incoming", directory.fd, "elsewhere"), 0);
    ck_assert_int_lt(spool_watch_open(spool, &err), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "incoming"));
    watch_tear_down();
}
END_TEST

START_TEST(a_scan_finds_what_is_there_and_drops_what_is_gone)
{
    struct err err;
    watch_set_up();
    dispatch_arrived(dispatch, NAME("09")); /* there is no such file */
    tmpdir_write(incoming_fd, NAME("01"), "x");
    tmpdir_write(incoming_fd, "not-wanted", "x");
    ck_assert_int_eq(mkdirat(incoming_fd, "directory.log", 0700), 0);
    ck_assert(spool_watch_scan(spool, spool_watch_wanted, dispatch, &err));
    ck_assert_uint_eq(dispatch_count(dispatch), 1);
    ck_assert_str_eq(watch_next_name(), NAME("01"));
    watch_tear_down();
}
END_TEST

/* What a scan did not see because it failed is not dropped. A plain file in the place of the directory cannot be
 * scanned. */
START_TEST(a_scan_that_fails_drops_nothing)
{
    struct err err = {0};
    watch_set_up();
    tmpdir_write(incoming_fd, NAME("01"), "x");
    read_news();
    tmpdir_write(directory.fd, "plain", "");
    int plain_fd = openat(directory.fd, "plain", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(dup2(plain_fd, incoming_fd), 0);
    close(plain_fd);
    ck_assert(!spool_watch_scan(spool, spool_watch_wanted, dispatch, &err));
    ck_assert_str_ne(err.text, "");
    ck_assert_str_eq(watch_next_name(), NAME("01"));
    watch_tear_down();
}
END_TEST

SUITE_MAIN("spool_watch", only_run_logs_are_of_interest, all_inventories_but_hidden_ones_are_of_interest,
           what_stands_beside_others_gets_a_name_that_is_free,
           a_new_file_is_told_however_it_comes, a_file_that_is_replaced_is_told_again,
           a_file_that_is_put_back_is_not_new, a_file_that_is_put_back_is_told_if_it_is_not_known,
           a_directory_that_is_moved_is_lost, lost_notifications_are_noticed, a_watch_needs_the_directory,
           a_scan_finds_what_is_there_and_drops_what_is_gone, a_scan_that_fails_drops_nothing)
