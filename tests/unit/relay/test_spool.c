/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool.h"
#include "relay/spool_beside.h"
#include "support/made_spool.h"
#include "support/suite.h"
#include "util/safe_file.h"

#define RUN "2018-08-24T15:55:01+00:00@root.log.gz"
static const char name[] = RUN;

/* What processed the file last saw it as it is now. */
static struct stat status_of(int dir_fd, const char *of)
{
    struct stat status;
    ck_assert_int_eq(fstatat(dir_fd, of, &status, AT_SYMLINK_NOFOLLOW), 0);
    return status;
}

static enum spool_leave quarantine(struct spool *spool, const char *of, const char *reason, bool verified)
{
    const struct spool_refusal refusal = {.node_id = "node-1", .reason = reason, .verified = verified};
    struct err err;
    return spool_quarantine(spool, of, NULL, &refusal, &err);
}

static void expect_in_spool(int dir_fd, const char *of, const char *expected)
{
    struct buffer text = {0};
    struct err err = {""};
    ck_assert_msg(safe_file_read(dir_fd, of, 1000, &text, &err), "%s", err.text);
    ck_assert_str_eq(buffer_cstr(&text), expected);
    buffer_free(&text);
}

static void expect_reason(const struct spool *spool, const char *of, const char *expected)
{
    struct err reason;
    spool_reason(spool, of, &reason);
    ck_assert_str_eq(reason.text, expected);
}

struct seen {
    char names[256];
    size_t count;
    size_t stop_after;
    int64_t size;
    int64_t mtime;
};

static bool note_entry(void *context, const struct spool_entry *entry)
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
    struct spool *spool = made_spool_open(&directory, "incoming");
    ck_assert(spool_in_place(spool, &missing));
    ck_assert_int_eq(unlinkat(directory.fd, "failed", AT_REMOVEDIR), 0);
    ck_assert(spool_in_place(spool, &missing));
    ck_assert_int_eq(mkdirat(directory.fd, "failed", 0700), 0);
    ck_assert(!spool_in_place(spool, &missing));
    ck_assert_ptr_nonnull(strstr(missing, "/failed"));
    spool_close(spool);
    spool = made_spool_open(&directory, "incoming");
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
    struct spool *spool = made_spool_open(&directory, "incoming");
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
        ck_assert(spool_scan(fd, note_entry, &seen, &err));
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
    ck_assert(spool_scan(fd, note_entry, &seen, &err));
    ck_assert_uint_eq(seen.count, 7);
    ck_assert_uint_eq(spool_count(fd, 1000), 21);
    ck_assert_uint_eq(spool_count(fd, 10), 10);
    ck_assert_uint_eq(spool_count(-1, 10), 0);
    ck_assert(!spool_scan(-1, note_entry, &seen, &err));
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

/* The oldest unverified one goes, and no other. */
START_TEST(failed_keeps_sixteen_of_a_name)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    struct err err;
    size_t removed = 0;
    char text[16];
    for (int i = 0; i < 20; i++) {
        const struct spool_refusal refusal = {.reason = "why", .node_id = "", .verified = i == 1, .removed = &removed};
        snprintf(text, sizeof text, "content %d", i);
        tmpdir_write(spool_incoming_fd(spool), name, text);
        ck_assert_int_eq(spool_quarantine(spool, name, NULL, &refusal, &err), SPOOL_LEFT);
        ck_assert_uint_eq(removed, i < 16 ? 0 : (size_t)i - 15);
        usleep(20000); /* the clock of the file system is coarse */
    }
    expect_in_spool(spool_failed_fd(spool), name, "content 16");
    const int there[16] = {16, 1, 17, 18, 19, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    for (unsigned n = 0; n < 16; n++) {
        char one[SAFE_FILE_NAME_SIZE];
        spool_beside_name(name, n, one);
        snprintf(text, sizeof text, "content %d", there[n]);
        expect_in_spool(spool_failed_fd(spool), one, text);
    }
    for (int i = 0; i < 20; i++) { /* an inventory goes with its signature */
        const struct spool_refusal refusal = {.reason = "why", .node_id = "", .removed = &removed};
        snprintf(text, sizeof text, "content %d", i);
        removed = 0;
        tmpdir_write(spool_incoming_fd(spool), "n1.ocs", text);
        ck_assert_int_eq(spool_quarantine(spool, "n1.ocs", NULL, &refusal, &err), SPOOL_LEFT);
        tmpdir_write(spool_incoming_fd(spool), "n1.ocs.sign", text);
        ck_assert_int_eq(spool_quarantine(spool, "n1.ocs.sign", NULL, &refusal, &err), SPOOL_LEFT);
        ck_assert_uint_eq(removed, i < 16 ? 0 : 2);
    }
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(remove_tolerates_that_it_is_gone)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    struct err err;
    int fd = spool_incoming_fd(spool);
    tmpdir_write(fd, name, "x");
    struct stat read = status_of(fd, name);
    ck_assert_int_eq(spool_remove(spool, name, &read, &err), SPOOL_LEFT);
    ck_assert(!tmpdir_has(fd, name));
    ck_assert_int_eq(spool_remove(spool, name, &read, &err), SPOOL_LEFT);
    tmpdir_write(directory.fd, "outside", "x");
    ck_assert_int_eq(spool_remove(spool, "../outside", &read, &err), SPOOL_STAYS);
    ck_assert(tmpdir_has(directory.fd, "outside"));
    ck_assert_int_eq(spool_remove(spool, "", &read, &err), SPOOL_STAYS);
    ck_assert_int_eq(spool_remove(spool, "..", &read, &err), SPOOL_STAYS);
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_was_not_read_does_not_leave)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    const struct spool_refusal refusal = {.node_id = "node-1", .reason = "why"};
    struct err err;
    int fd = spool_incoming_fd(spool);
    tmpdir_write(fd, name, "old");
    struct stat read = status_of(fd, name);
    tmpdir_write(fd, "other", "new");
    ck_assert_int_eq(renameat(fd, "other", fd, name), 0);
    ck_assert_int_eq(spool_remove(spool, name, &read, &err), SPOOL_CHANGED);
    ck_assert_int_eq(spool_quarantine(spool, name, &read, &refusal, &err), SPOOL_CHANGED);
    expect_in_spool(fd, name, "new");
    read = status_of(fd, name);
    tmpdir_write(fd, name, "new and more");
    ck_assert_int_eq(spool_remove(spool, name, &read, &err), SPOOL_CHANGED);
    expect_in_spool(fd, name, "new and more");
    const struct timespec changed[] = {{read.st_mtim.tv_sec + 1, read.st_mtim.tv_nsec},
                                       {read.st_mtim.tv_sec, (read.st_mtim.tv_nsec + 1) % 1000000000}};
    for (size_t i = 0; i < 2; i++) {
        read = status_of(fd, name);
        ck_assert_int_eq(utimensat(fd, name, (struct timespec[]){changed[i], changed[i]}, 0), 0);
        ck_assert_int_eq(spool_remove(spool, name, &read, &err), SPOOL_CHANGED);
    }
    ck_assert_uint_eq(spool_count(spool_failed_fd(spool), 10), 0);
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_a_killed_forwarder_had_claimed_comes_back)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    struct err err;
    int fd = spool_incoming_fd(spool);
    tmpdir_write(fd, "." RUN ".claimed", "claimed");
    tmpdir_write(fd, ".b.log.claimed", "claimed");
    tmpdir_write(fd, "b.log", "came meanwhile");
    tmpdir_write(fd, ".c.log.claimed", "the same");
    tmpdir_write(fd, "c.log", "the same");
    tmpdir_write(fd, ".claimed", "not ours");
    ck_assert_uint_eq(spool_recover(spool), 3);
    expect_in_spool(fd, name, "claimed");
    expect_in_spool(fd, "b.log", "came meanwhile");
    expect_in_spool(fd, "b.log.~1~", "claimed");
    ck_assert(tmpdir_has(fd, ".claimed"));
    ck_assert(!tmpdir_has(fd, ".c.log.claimed"));
    ck_assert(!tmpdir_has(fd, "c.log.~1~"));
    ck_assert_uint_eq(spool_recover(spool), 0);
    /* one that is met before it could be recovered */
    tmpdir_write(fd, ".b.log.claimed", "claimed before");
    struct stat read = status_of(fd, "b.log");
    ck_assert_int_eq(spool_remove(spool, "b.log", &read, &err), SPOOL_LEFT);
    ck_assert(!tmpdir_has(fd, ".b.log.claimed"));
    ck_assert(!tmpdir_has(fd, "b.log"));
    expect_in_spool(fd, "b.log.~2~", "claimed before");
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(quarantine_and_replay)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    struct err err;
    tmpdir_write(spool_incoming_fd(spool), name, "content");
    tmpdir_age(spool_incoming_fd(spool), name, 1000);
    ck_assert_int_eq(quarantine(spool, name, "line 3: bad \\x01 byte\nforged: line", true), SPOOL_LEFT);
    ck_assert(!tmpdir_has(spool_incoming_fd(spool), name));
    ck_assert(tmpdir_has(spool_failed_fd(spool), name));
    expect_reason(spool, name, "line 3: bad \\\\x01 byte\\nforged: line");
    struct spool_note note;
    spool_note_read(spool_failed_fd(spool), name, &note);
    ck_assert(note.verified);
    ck_assert_str_eq(note.node.text, "node-1");
    tmpdir_write(spool_incoming_fd(spool), name, "content");
    ck_assert_int_eq(quarantine(spool, name, "line 3: bad \\x01 byte", false), SPOOL_LEFT);
    expect_reason(spool, name, "line 3: bad \\x01 byte"); /* printable already: nothing is doubled */
    spool_note_read(spool_failed_fd(spool), name, &note);
    ck_assert(!note.verified);
    ck_assert_uint_eq(spool_count(spool_failed_fd(spool), 10), 1); /* the same bytes */
    ck_assert(!tmpdir_has(spool_failed_fd(spool), RUN ".~1~"));

    struct seen seen = {0};
    ck_assert(spool_replay(spool, name, false, &err));
    ck_assert(spool_scan(spool_incoming_fd(spool), note_entry, &seen, &err));
    ck_assert_int_eq(seen.size, 7);
    ck_assert_int_le(seen.mtime, time(NULL) - 1000); /* when it was taken stays known */
    ck_assert(!beside(spool));
    ck_assert(!spool_replay(spool, name, false, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
    expect_reason(spool, name, "");
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(failed_files_of_a_name_stand_beside_each_other)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    struct err err;
    int incoming = spool_incoming_fd(spool);
    int failed = spool_failed_fd(spool);
    tmpdir_write(incoming, name, "one");
    quarantine(spool, name, "reason one", true);
    tmpdir_write(incoming, name, "two");
    quarantine(spool, name, "reason two", false);
    expect_in_spool(failed, name, "one");
    expect_in_spool(failed, RUN ".~1~", "two");
    expect_reason(spool, name, "reason one");
    expect_reason(spool, RUN ".~1~", "reason two");
    ck_assert(spool_replay(spool, RUN ".~1~", true, &err));
    expect_in_spool(incoming, name, "two");
    ck_assert_int_eq(status_of(incoming, name).st_mtime, 0);
    ck_assert(!tmpdir_has(failed, RUN ".~1~.reason"));
    ck_assert(spool_replay(spool, name, false, &err)); /* never over a file that waits */
    expect_in_spool(incoming, name, "two");
    expect_in_spool(incoming, RUN ".~1~", "one");
    ck_assert_uint_eq(spool_count(incoming, 10), 1);
    ck_assert(!spool_replay(spool, "../incoming/x", false, &err));
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(replay_of_what_waits_already_keeps_one)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    struct err err;
    tmpdir_write(spool_incoming_fd(spool), name, "same");
    quarantine(spool, name, "why", false);
    tmpdir_write(spool_incoming_fd(spool), name, "same");
    ck_assert(spool_replay(spool, name, false, &err));
    ck_assert(!tmpdir_has(spool_failed_fd(spool), name));
    ck_assert(!tmpdir_has(spool_incoming_fd(spool), RUN ".~1~"));
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

static void fail_files(struct spool *spool, unsigned count, bool verified)
{
    for (unsigned i = 0; i < count; i++) {
        char content[32];
        snprintf(content, sizeof content, "%u %d", i, verified);
        tmpdir_write(spool_incoming_fd(spool), name, content);
        ck_assert_int_eq(quarantine(spool, name, "why", verified), SPOOL_LEFT);
    }
}

START_TEST(a_name_that_fails_often_costs_no_verified_file)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    fail_files(spool, 15, true);
    fail_files(spool, 5, false); /* four of them go */
    ck_assert_uint_eq(spool_count(spool_failed_fd(spool), 100), 1);
    expect_in_spool(spool_failed_fd(spool), name, "0 1");
    expect_in_spool(spool_failed_fd(spool), RUN ".~14~", "14 1");
    expect_in_spool(spool_failed_fd(spool), RUN ".~15~", "4 0");
    tmpdir_write(spool_incoming_fd(spool), name, "verified");
    ck_assert_int_eq(quarantine(spool, name, "why", true), SPOOL_LEFT);
    tmpdir_write(spool_incoming_fd(spool), name, "one more");
    ck_assert_int_eq(quarantine(spool, name, "why", true), SPOOL_STAYS); /* until somebody looks after them */
    expect_in_spool(spool_incoming_fd(spool), name, "one more");
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_lone_file_holds_up_no_pair_for_long)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    int fd = spool_incoming_fd(spool);
    tmpdir_write(fd, "h.ocs.sign", "lone");
    tmpdir_write(fd, "h.ocs.~1~", "inventory");
    tmpdir_write(fd, "h.ocs.sign.~1~", "its signature");
    ck_assert_uint_eq(spool_release_all(spool, time(NULL)), 0); /* its inventory may come */
    tmpdir_write(fd, "r.ocs.~1~", "freed");
    ck_assert_uint_eq(spool_release_all(spool, time(NULL)), 1);
    expect_in_spool(fd, "r.ocs", "freed");
    expect_in_spool(fd, "h.ocs.sign", "lone");
    ck_assert_uint_eq(spool_release_all(spool, time(NULL) + 3700), 1);
    expect_in_spool(fd, "h.ocs", "inventory");
    expect_in_spool(fd, "h.ocs.sign", "its signature");
    expect_in_spool(spool_failed_fd(spool), "h.ocs.sign", "lone");
    expect_reason(spool, "h.ocs.sign", "its inventory did not come within an hour, and others of that name wait");
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

/* After a reading of the directory began, names are only looked for once a file beside another was seen. */
START_TEST(a_name_is_released_once_a_file_beside_another_was_seen)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    int fd = spool_incoming_fd(spool);
    tmpdir_write(fd, "a.log.~1~", "nobody has looked yet");
    ck_assert(spool_release(spool, "a.log", time(NULL)));
    spool_forget_beside(spool);
    tmpdir_write(fd, "b.log.~1~", "not seen yet");
    ck_assert(!spool_release(spool, "b.log", time(NULL)));
    tmpdir_write(fd, "c.log", "first");
    tmpdir_write(fd, "c.log.~1~", "second");
    ck_assert(!spool_release(spool, "c.log.~1~", time(NULL))); /* its name is taken, but now it was seen */
    ck_assert_int_eq(unlinkat(fd, "c.log", 0), 0);
    ck_assert(spool_release(spool, "c.log", time(NULL)));
    expect_in_spool(fd, "c.log", "second");
    ck_assert(spool_release(spool, "b.log.~1~", time(NULL)));
    expect_in_spool(fd, "b.log", "not seen yet");
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(quarantine_of_what_is_gone_leaves_no_reason)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    ck_assert_int_eq(quarantine(spool, name, "why", false), SPOOL_LEFT);
    ck_assert(!beside(spool));
    ck_assert_int_eq(quarantine(spool, "../x", "why", false), SPOOL_STAYS);
    char longest[256];
    memset(longest, 'n', sizeof longest - 1);
    longest[255] = '\0';
    tmpdir_write(spool_incoming_fd(spool), longest, "x");
    ck_assert_int_eq(quarantine(spool, longest, "why", false), SPOOL_LEFT);
    ck_assert(tmpdir_has(spool_failed_fd(spool), longest));
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(two_incoming_directories_share_one_failed)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *fresh = made_spool_open(&directory, "incoming");
    struct spool *updates = made_spool_open(&directory, "accepted-nodes-updates");
    tmpdir_write(spool_incoming_fd(updates), "a.ocs", "");
    tmpdir_write(spool_incoming_fd(fresh), "b.ocs", "");
    ck_assert_int_eq(quarantine(updates, "a.ocs", "why", false), SPOOL_LEFT);
    ck_assert_int_eq(quarantine(fresh, "b.ocs", "why", false), SPOOL_LEFT);
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

/* So much time passes in which the machine is up. */
static void pass_time(const struct tmpdir *directory, const char *notes, long seconds)
{
    char path[128], head[200], rest[4000] = "", boot[40];
    long monotonic, counted;
    snprintf(path, sizeof path, "%s/failed/.ages-%s", directory->path, notes);
    FILE *in = fopen(path, "r");
    ck_assert_ptr_nonnull(in);
    ck_assert_ptr_nonnull(fgets(head, sizeof head, in));
    rest[fread(rest, 1, sizeof rest - 1, in)] = '\0';
    fclose(in);
    ck_assert_int_eq(sscanf(head, "rudder-relay ages 1 %39s %ld %ld", boot, &monotonic, &counted), 3);
    FILE *out = fopen(path, "w");
    fprintf(out, "rudder-relay ages 1 %s %ld %ld\n%s", boot, monotonic, counted + seconds, rest);
    fclose(out);
}

START_TEST(clean_counts_time_that_the_machine_was_up)
{
    struct tmpdir directory = tmpdir_make();
    struct spool *spool = made_spool_open(&directory, "incoming");
    int failed = spool_failed_fd(spool);
    tmpdir_write(spool_incoming_fd(spool), name, "waited long, failed now");
    tmpdir_write(failed, "old", "");
    tmpdir_write(failed, "old.reason", "reason: x\n");
    tmpdir_write(failed, "bare", "");
    tmpdir_age(failed, "bare", 10000000); /* what the clock says does not matter */
    tmpdir_write(failed, "orphan.reason", "");
    tmpdir_age(failed, "orphan.reason", 4000);
    tmpdir_write(failed, "coming.reason", "");
    tmpdir_age(failed, "coming.reason", 60);
    tmpdir_write(failed, ".0123456789abcdef.tmp", "");
    tmpdir_age(failed, ".0123456789abcdef.tmp", 100000);
    tmpdir_write(spool_incoming_fd(spool), "waiting", "");
    tmpdir_age(spool_incoming_fd(spool), "waiting", 10000000);

    ck_assert_uint_eq(spool_clean(spool, 80000, false), 2); /* orphan, temporary */
    ck_assert_uint_eq(spool_clean(spool, 80000, true), 0);
    pass_time(&directory, "failed", 79000);
    pass_time(&directory, "incoming", 79000);
    ck_assert_uint_eq(spool_clean(spool, 80000, false), 0);
    ck_assert_int_eq(quarantine(spool, name, "why", false), SPOOL_LEFT); /* begins anew */
    ck_assert_uint_eq(spool_clean(spool, 80000, false), 0);
    ck_assert_uint_eq(spool_clean(spool, 80000, true), 0);
    pass_time(&directory, "failed", 2000);
    pass_time(&directory, "incoming", 2000);
    ck_assert_uint_eq(spool_clean(spool, 80000, false), 2);
    ck_assert(!tmpdir_has(failed, "old"));
    ck_assert(!tmpdir_has(failed, "old.reason"));
    ck_assert(!tmpdir_has(failed, "bare"));
    ck_assert(tmpdir_has(failed, name));
    ck_assert(beside(spool));
    ck_assert(tmpdir_has(failed, "coming.reason"));
    ck_assert(tmpdir_has(spool_incoming_fd(spool), "waiting"));
    ck_assert_uint_eq(spool_clean(spool, 80000, true), 1);
    ck_assert(!tmpdir_has(spool_incoming_fd(spool), "waiting"));
    spool_close(spool);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("spool", directories_must_be_there, directories_that_are_made_anew_are_others, scan_visits_uploads_only,
           failed_keeps_sixteen_of_a_name, remove_tolerates_that_it_is_gone, what_was_not_read_does_not_leave,
           what_a_killed_forwarder_had_claimed_comes_back, quarantine_and_replay,
           failed_files_of_a_name_stand_beside_each_other, replay_of_what_waits_already_keeps_one,
           a_name_that_fails_often_costs_no_verified_file, a_lone_file_holds_up_no_pair_for_long,
           a_name_is_released_once_a_file_beside_another_was_seen, quarantine_of_what_is_gone_leaves_no_reason,
           two_incoming_directories_share_one_failed, clean_counts_time_that_the_machine_was_up)
