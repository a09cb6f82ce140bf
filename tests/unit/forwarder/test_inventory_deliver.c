/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/inventory_deliver.h"

#include <sys/inotify.h>

#include "support/suite.h"
#include "support/tmpdir.h"

#define MESSAGE "host-n1.smime.ocs.gz"
#define INVENTORY "host-n1.ocs"
#define SIGNATURE "host-n1.ocs.sign"

static struct tmpdir directory;
static struct spool *spool;
static struct err err;

static void deliver_set_up(void)
{
    directory = tmpdir_make();
    ck_assert_int_eq(mkdirat(directory.fd, "incoming", 0700), 0);
    ck_assert_int_eq(mkdirat(directory.fd, "failed", 0700), 0);
    spool = spool_open(directory.path, "incoming", &err);
    ck_assert_msg(spool != NULL, "%s", err.text);
}

static void deliver_tear_down(void)
{
    spool_close(spool);
    tmpdir_remove(&directory);
}

static enum inventory_delivery deliver_pair(const char *inventory, const char *signature)
{
    err = (struct err){0};
    return inventory_deliver(spool, MESSAGE, slice_from_str(inventory), slice_from_str(signature), &err);
}

/* content NULL: it is not there */
static void expect_incoming(const char *name, const char *content)
{
    char text[64] = "";
    int fd = openat(spool_incoming_fd(spool), name, O_RDONLY | O_CLOEXEC);
    ck_assert_msg((fd >= 0) == (content != NULL), "%s", name);
    if (fd >= 0) {
        ck_assert_int_ge(read(fd, text, sizeof text - 1), 0);
        ck_assert_str_eq(text, content);
        close(fd);
    }
}

/* Nothing but these two, not even a temporary file. */
static void expect_pair(const char *inventory, const char *signature)
{
    expect_incoming(INVENTORY, inventory);
    expect_incoming(SIGNATURE, signature);
    char *command = NULL;
    ck_assert_int_gt(asprintf(&command, "test $(ls -A %s/incoming | wc -l) = %d", directory.path,
                              (inventory != NULL) + (signature != NULL)),
                     0);
    ck_assert_int_eq(system(command), 0);
    free(command);
}

START_TEST(the_pair_gets_its_names)
{
    struct stat status;
    deliver_set_up();
    ck_assert(!inventory_deliver_taken(spool, MESSAGE));
    ck_assert_msg(deliver_pair("inventory", "signature") == INVENTORY_DELIVERED, "%s", err.text);
    expect_pair("inventory", "signature");
    ck_assert_int_eq(fstatat(spool_incoming_fd(spool), INVENTORY, &status, 0), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0640);
    ck_assert(inventory_deliver_taken(spool, MESSAGE));
    deliver_tear_down();
}
END_TEST

/* As the web application watches: whoever sees the inventory finds its signature. */
START_TEST(the_signature_comes_first)
{
    _Alignas(struct inotify_event) char events[4096];
    char seen[256] = "";
    deliver_set_up();
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    ck_assert_int_ge(inotify_add_watch(fd, spool_incoming_path(spool), IN_MOVED_TO), 0);
    ck_assert_int_eq(deliver_pair("inventory", "signature"), INVENTORY_DELIVERED);
    ssize_t len = read(fd, events, sizeof events);
    for (const char *at = events; at < events + len;) {
        const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s ", event->name);
        at += sizeof *event + event->len;
    }
    ck_assert_str_eq(seen, SIGNATURE " " INVENTORY " ");
    close(fd);
    deliver_tear_down();
}
END_TEST

START_TEST(no_file_is_replaced)
{
    static const char *const takes_it[] = {INVENTORY, INVENTORY ".gz", INVENTORY ".~1~"};
    deliver_set_up();
    for (size_t i = 0; i < sizeof takes_it / sizeof *takes_it; i++) {
        tmpdir_write(spool_incoming_fd(spool), takes_it[i], "other");
        ck_assert(inventory_deliver_taken(spool, MESSAGE));
        ck_assert_int_eq(deliver_pair("inventory", "signature"), INVENTORY_NAME_TAKEN);
        expect_incoming(takes_it[i], "other");
        expect_incoming(SIGNATURE, NULL);
        unlinkat(spool_incoming_fd(spool), takes_it[i], 0);
    }
    ck_assert_int_eq(deliver_pair("inventory", "signature"), INVENTORY_DELIVERED);
    deliver_tear_down();
}
END_TEST

START_TEST(the_signature_that_a_killed_forwarder_left_is_taken_up)
{
    deliver_set_up();
    tmpdir_write(spool_incoming_fd(spool), SIGNATURE, "signature");
    ck_assert(!inventory_deliver_taken(spool, MESSAGE));
    ck_assert_int_eq(deliver_pair("inventory", "signature"), INVENTORY_DELIVERED);
    expect_pair("inventory", "signature");
    deliver_tear_down();
}
END_TEST

START_TEST(another_signature_holds_the_name_for_an_hour)
{
    deliver_set_up();
    tmpdir_write(spool_incoming_fd(spool), SIGNATURE, "other");
    ck_assert_int_eq(deliver_pair("inventory", "signature"), INVENTORY_NAME_TAKEN);
    expect_pair(NULL, "other");
    tmpdir_age(spool_incoming_fd(spool), SIGNATURE, 3700);
    ck_assert_int_eq(deliver_pair("inventory", "signature"), INVENTORY_NAME_TAKEN);
    expect_pair(NULL, NULL);
    ck_assert_int_eq(faccessat(spool_failed_fd(spool), SIGNATURE, F_OK, 0), 0);
    ck_assert_int_eq(deliver_pair("inventory", "signature"), INVENTORY_DELIVERED);
    expect_pair("inventory", "signature");
    deliver_tear_down();
}
END_TEST

START_TEST(what_cannot_be_written_is_said)
{
    deliver_set_up();
    char path[128];
    snprintf(path, sizeof path, "%s/incoming", directory.path);
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(deliver_pair("inventory", "signature"), INVENTORY_NOT_WRITTEN);
    ck_assert_str_ne(err.text, "");
    deliver_tear_down();
}
END_TEST

SUITE_MAIN("inventory_deliver", the_pair_gets_its_names, the_signature_comes_first, no_file_is_replaced,
           the_signature_that_a_killed_forwarder_left_is_taken_up, another_signature_holds_the_name_for_an_hour,
           what_cannot_be_written_is_said)
