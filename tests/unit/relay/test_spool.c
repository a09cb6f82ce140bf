/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool.h"
#include "support/tmpdir.h"
#include "support/suite.h"

static const char name[] = "2018-08-24T15:55:01+00:00@root.log.gz";

static struct spool *make_spool(const struct tmpdir *directory, const char *incoming)
{
    struct err err;
    mkdirat(directory->fd, incoming, 0700);
    mkdirat(directory->fd, "failed", 0700);
    struct spool *spool = spool_open(directory->path, incoming, &err);
    ck_assert_msg(spool != NULL, "%s", err.text);
    return spool;
}

struct seen {
    char names[256];
    size_t count;
    size_t stop_after;
    int64_t size;
    int64_t mtime;
};

static bool test_spool_note(void *context, const struct spool_entry *entry)
{
    struct seen *seen = context;
    snprintf(seen->names, sizeof seen->names, "%s", entry->name);
    seen->size = entry->size;
    seen->mtime = entry->mtime;
    return ++seen->count != seen->stop_after;
}

static bool beside(const struct spool *spool)
{
    char text[300];
    snprintf(text, sizeof text, "%s.reason", name);
    return tmpdir_has(spool_failed_fd(spool), text);
}

START_TEST(directories_must_be_there)
{
    struct tmpdir directory = tmpdir_make();
    struct err err;
    ck_assert_ptr_null(spool_open(directory.path, "incoming", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/incoming: No such file"));
    mkdirat(directory.fd, "incoming", 0700);
    ck_assert_ptr_null(spool_open(directory.path, "incoming", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/failed: No such file"));
    tmpdir_write(directory.fd, "file", "");
    ck_assert_ptr_null(spool_open(directory.path, "file", &err));
    spool_close(NULL);
    tmpdir_remove(&directory);
}
END_TEST

static void make_anew(const struct tmpdir *directory, const char *name_of)
{
    ck_assert_int_eq(unlinkat(directory->fd, name_of, AT_REMOVEDIR), 0);
    ck_assert_int_eq(mkdirat(directory->fd, name_of, 0700), 0);
}

START_TEST(directories_that_are_made_anew_are_others)
{
    struct tmpdir directory = tmpdir_make();
    const char *missing = "";
    mkdirat(directory.fd, "real", 0700);
    ck_assert_int_eq(symlinkat("real", directory.fd, "incoming"), 0); /* what it leads to counts */
    struct spool *spool = make_spool(&directory, "incoming");
    ck_assert(spool_in_place(spool, &missing));
    ck_assert_int_eq(unlinkat(directory.fd, "failed", AT_REMOVEDIR), 0);
    ck_assert(spool_in_place(spool, &missing));
    ck_assert_int_eq(mkdirat(directory.fd, "failed", 0700), 0);
    ck_assert(!spool_in_place(spool, &missing));
    ck_assert_ptr_nonnull(strstr(missing, "/failed"));
    spool_close(spool);
    spool = make_spool(&directory, "incoming");
    make_anew(&directory, "real");
    ck_assert(!spool_in_place(spool, &missing));
    ck_assert_ptr_nonnull(strstr(missing, "/incoming"));
    ck_assert_int_eq(unlinkat(directory.fd, "real", AT_REMOVEDIR), 0);
    ck_assert(!spool_in_place(spool, &missing));
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(scan_visits_uploads_only)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = make_spool(&directory, "incoming");
    int fd = spool_incoming_fd(spool);
    tmpdir_write(fd, name, "12345");
    tmpdir_age(fd, name, 100);
    tmpdir_write(fd, ".0123456789abcdef.tmp", "");
    tmpdir_write(fd, "x.tmp", "");
    tmpdir_write(fd, "x.log.reason", "");
    tmpdir_write(fd, ".hidden", "");
    mkdirat(fd, "directory.log", 0700);
    ck_assert_int_eq(symlinkat(name, fd, "link.log"), 0);
    mkfifoat(fd, "pipe.log", 0600);
    struct seen seen = {0};
    struct err err;
    for (int round = 0; round < 2; round++) { /* each scan starts anew */
        seen = (struct seen){0};
        ck_assert(spool_scan(fd, test_spool_note, &seen, &err));
        ck_assert_uint_eq(seen.count, 1);
    }
    ck_assert_str_eq(seen.names, name);
    ck_assert_int_eq(seen.size, 5);
    ck_assert_int_le(seen.mtime, time(NULL) - 100);
    for (int i = 0; i < 20; i++) {
        char other[16];
        snprintf(other, sizeof other, "%d.log", i);
        tmpdir_write(fd, other, "");
    }
    seen = (struct seen){.stop_after = 7};
    ck_assert(spool_scan(fd, test_spool_note, &seen, &err));
    ck_assert_uint_eq(seen.count, 7);
    ck_assert_uint_eq(spool_count(fd, 1000), 21);
    ck_assert_uint_eq(spool_count(fd, 10), 10);
    ck_assert_uint_eq(spool_count(-1, 10), 0);
    ck_assert(!spool_scan(-1, test_spool_note, &seen, &err));
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(remove_tolerates_that_it_is_gone)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = make_spool(&directory, "incoming");
    struct err err;
    tmpdir_write(spool_incoming_fd(spool), name, "x");
    ck_assert(spool_remove(spool, name, &err));
    ck_assert(!tmpdir_has(spool_incoming_fd(spool), name));
    ck_assert(spool_remove(spool, name, &err));
    tmpdir_write(directory.fd, "outside", "x");
    ck_assert(!spool_remove(spool, "../outside", &err));
    ck_assert(tmpdir_has(directory.fd, "outside"));
    ck_assert(!spool_remove(spool, "", &err));
    ck_assert(!spool_remove(spool, "..", &err));
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(quarantine_and_replay)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = make_spool(&directory, "incoming");
    struct err err;
    tmpdir_write(spool_incoming_fd(spool), name, "content");
    tmpdir_age(spool_incoming_fd(spool), name, 1000);
    ck_assert(spool_quarantine(spool, name, "root", "line 3: bad \\x01 byte\nforged: line", &err));
    ck_assert(!tmpdir_has(spool_incoming_fd(spool), name));
    ck_assert(tmpdir_has(spool_failed_fd(spool), name));
    spool_reason(spool, name, &err);
    ck_assert_str_eq(err.text, "line 3: bad \\\\x01 byte\\nforged: line");
    tmpdir_write(spool_incoming_fd(spool), name, "again");
    ck_assert(spool_quarantine(spool, name, NULL, "line 3: bad \\x01 byte", &err));
    spool_reason(spool, name, &err);
    ck_assert_str_eq(err.text, "line 3: bad \\x01 byte"); /* printable already: nothing is doubled */
    ck_assert_uint_eq(spool_count(spool_failed_fd(spool), 10), 1);

    struct seen seen = {0};
    tmpdir_age(spool_failed_fd(spool), name, 1000);
    ck_assert(spool_replay(spool, name, &err));
    ck_assert(spool_scan(spool_incoming_fd(spool), test_spool_note, &seen, &err));
    ck_assert_int_eq(seen.size, 5);
    ck_assert_int_ge(seen.mtime, time(NULL) - 60);
    ck_assert(!beside(spool));
    ck_assert(!spool_replay(spool, name, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
    spool_reason(spool, name, &err);
    ck_assert_str_eq(err.text, "");
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(replay_never_overwrites)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = make_spool(&directory, "incoming");
    struct err err;
    tmpdir_write(spool_incoming_fd(spool), name, "old");
    ck_assert(spool_quarantine(spool, name, "root", "why", &err));
    tmpdir_write(spool_incoming_fd(spool), name, "new one");
    ck_assert(!spool_replay(spool, name, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "waits"));
    ck_assert(tmpdir_has(spool_failed_fd(spool), name));
    ck_assert(beside(spool));
    ck_assert(!spool_replay(spool, "../incoming/x", &err));
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(quarantine_of_what_is_gone_leaves_no_reason)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = make_spool(&directory, "incoming");
    struct err err;
    ck_assert(spool_quarantine(spool, name, "root", "why", &err));
    ck_assert(!beside(spool));
    ck_assert(!spool_quarantine(spool, "../x", "root", "why", &err));
    char longest[256];
    memset(longest, 'n', sizeof longest - 1);
    longest[255] = '\0';
    tmpdir_write(spool_incoming_fd(spool), longest, "x");
    ck_assert(spool_quarantine(spool, longest, "root", "why", &err));
    ck_assert(tmpdir_has(spool_failed_fd(spool), longest));
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(two_incoming_directories_share_one_failed)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *fresh = make_spool(&directory, "incoming");
    struct spool *updates = make_spool(&directory, "accepted-nodes-updates");
    struct err err;
    tmpdir_write(spool_incoming_fd(updates), "a.ocs", "");
    tmpdir_write(spool_incoming_fd(fresh), "b.ocs", "");
    ck_assert(spool_quarantine(updates, "a.ocs", "n1", "why", &err));
    ck_assert(spool_quarantine(fresh, "b.ocs", "n2", "why", &err));
    tmpdir_write(spool_failed_fd(fresh), "bare.ocs", "");
    ck_assert(spool_owns(updates, "a.ocs"));
    ck_assert(!spool_owns(fresh, "a.ocs"));
    ck_assert(spool_owns(fresh, "b.ocs"));
    ck_assert(!spool_owns(updates, "b.ocs"));
    ck_assert(spool_owns(fresh, "bare.ocs"));
    ck_assert(!spool_owns(updates, "bare.ocs"));
    spool_close(fresh);
    spool_close(updates);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(clean_counts_from_the_failure)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = make_spool(&directory, "incoming");
    struct err err;
    int failed = spool_failed_fd(spool);
    tmpdir_write(spool_incoming_fd(spool), name, "waited long, failed now");
    tmpdir_age(spool_incoming_fd(spool), name, 100000);
    ck_assert(spool_quarantine(spool, name, "root", "why", &err));
    tmpdir_write(failed, "old", "");
    tmpdir_age(failed, "old", 100000);
    tmpdir_write(failed, "old.reason", "reason: x\n");
    tmpdir_age(failed, "old.reason", 90000);
    tmpdir_write(failed, "bare", "");
    tmpdir_age(failed, "bare", 100000);
    tmpdir_write(failed, "orphan.reason", "");
    tmpdir_age(failed, "orphan.reason", 4000);
    tmpdir_write(failed, "coming.reason", "");
    tmpdir_age(failed, "coming.reason", 60);
    tmpdir_write(failed, ".0123456789abcdef.tmp", "");
    tmpdir_age(failed, ".0123456789abcdef.tmp", 100000);
    tmpdir_write(spool_incoming_fd(spool), "waiting", "");
    tmpdir_age(spool_incoming_fd(spool), "waiting", 100000);

    ck_assert_uint_eq(spool_clean(spool, 80000, false), 4); /* old, bare, orphan, temporary */
    ck_assert(tmpdir_has(failed, name));
    ck_assert(beside(spool));
    ck_assert(!tmpdir_has(failed, "old.reason"));
    ck_assert(tmpdir_has(failed, "coming.reason"));
    ck_assert(tmpdir_has(spool_incoming_fd(spool), "waiting"));
    ck_assert_uint_eq(spool_clean(spool, 80000, true), 1);
    ck_assert(!tmpdir_has(spool_incoming_fd(spool), "waiting"));
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("spool", directories_must_be_there, directories_that_are_made_anew_are_others, scan_visits_uploads_only,
           remove_tolerates_that_it_is_gone, quarantine_and_replay, replay_never_overwrites,
           quarantine_of_what_is_gone_leaves_no_reason, two_incoming_directories_share_one_failed,
           clean_counts_from_the_failure)
