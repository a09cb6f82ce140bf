/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/outbox.h"

#include "support/suite.h"
#include "support/tmpdir.h"

#define NAME "2027-01-15T08:00:00+00:00@node.log.gz"

struct made {
    struct tmpdir directory;
    struct relay_config config;
    struct outbox *outbox;
};

static void make_outbox(struct made *made)
{
    struct err err;
    *made = (struct made){.directory = tmpdir_make()};
    made->config.reporting.directory = made->directory.path;
    made->config.reporting.cleanup_retention = 86400;
    made->config.upload.max_waiting_files = 2;
    made->config.virtual_nodes.state_directory = made->directory.path;
    mkdirat(made->directory.fd, "incoming", 0700);
    made->outbox = outbox_open(&made->config, &err);
    ck_assert_msg(made->outbox != NULL, "%s", err.text);
}

static void unmake(struct made *made)
{
    outbox_close(made->outbox);
    tmpdir_remove(&made->directory);
}

static void put_log(struct made *made, const char *name, const char *text)
{
    struct err err;
    ck_assert_msg(outbox_put(made->outbox, name, slice_from_str(text), &err), "%s", err.text);
}

static bool is_below(const struct made *made, const char *path)
{
    return tmpdir_has(made->directory.fd, path);
}

START_TEST(a_run_log_goes_into_the_spool)
{
    struct made made;
    struct stat status;
    make_outbox(&made);
    put_log(&made, NAME, "one");
    ck_assert_int_eq(fstatat(made.directory.fd, "incoming/" NAME, &status, 0), 0);
    ck_assert_int_eq(status.st_mode & 07777, 0640);
    put_log(&made, NAME, "one");
    ck_assert(!is_below(&made, "incoming/" NAME ".~1~"));
    put_log(&made, NAME, "another");
    ck_assert(is_below(&made, "incoming/" NAME ".~1~"));
    unmake(&made);
}
END_TEST

START_TEST(without_room_it_is_kept_and_follows)
{
    struct made made;
    struct err err;
    make_outbox(&made);
    made.config.upload.min_free_space = INT64_MAX / 2;
    put_log(&made, NAME, "one");
    ck_assert(is_below(&made, "unsent/" NAME) && !is_below(&made, "incoming/" NAME));
    outbox_send_kept(made.outbox);
    ck_assert(is_below(&made, "unsent/" NAME));
    outbox_close(made.outbox); /* a restart */
    made.outbox = outbox_open(&made.config, &err);
    made.config.upload.min_free_space = 0;
    outbox_send_kept(made.outbox);
    ck_assert(!is_below(&made, "unsent/" NAME) && is_below(&made, "incoming/" NAME));
    unmake(&made);
}
END_TEST

START_TEST(with_too_many_files_too)
{
    struct made made;
    make_outbox(&made);
    tmpdir_write(made.directory.fd, "incoming/a", "");
    tmpdir_write(made.directory.fd, "incoming/b", "");
    tmpdir_write(made.directory.fd, "incoming/c", "");
    put_log(&made, NAME, "one");
    ck_assert(is_below(&made, "unsent/" NAME));
    unlinkat(made.directory.fd, "incoming/a", 0);
    outbox_send_kept(made.outbox);
    ck_assert(is_below(&made, "incoming/" NAME));
    unmake(&made);
}
END_TEST

START_TEST(a_spool_that_is_not_there_is_waited_for)
{
    struct made made;
    make_outbox(&made);
    unlinkat(made.directory.fd, "incoming", AT_REMOVEDIR);
    put_log(&made, NAME, "one");
    ck_assert(is_below(&made, "unsent/" NAME));
    unmake(&made);
}
END_TEST

START_TEST(what_was_kept_for_too_long_is_dropped)
{
    struct made made;
    make_outbox(&made);
    made.config.upload.min_free_space = INT64_MAX / 2;
    put_log(&made, NAME, "one");
    tmpdir_age(made.directory.fd, "unsent/" NAME, 2 * 86400);
    outbox_send_kept(made.outbox);
    ck_assert(!is_below(&made, "unsent/" NAME));
    unmake(&made);
}
END_TEST

START_TEST(no_more_than_so_many_are_kept)
{
    struct made made;
    struct err err;
    make_outbox(&made);
    made.config.upload.min_free_space = INT64_MAX / 2;
    outbox_close(made.outbox);
    for (int i = 0; i < OUTBOX_KEPT_MAX; i++) {
        char name[64];
        snprintf(name, sizeof name, "unsent/%d", i);
        tmpdir_write(made.directory.fd, name, "");
    }
    made.outbox = outbox_open(&made.config, &err);
    ck_assert(!outbox_put(made.outbox, NAME, slice_from_str("one"), &err));
    ck_assert_ptr_nonnull(strstr(err.text, "run logs are kept already"));
    unmake(&made);
}
END_TEST

SUITE_MAIN("outbox", a_run_log_goes_into_the_spool, without_room_it_is_kept_and_follows, with_too_many_files_too,
           a_spool_that_is_not_there_is_waited_for, what_was_kept_for_too_long_is_dropped,
           no_more_than_so_many_are_kept)
