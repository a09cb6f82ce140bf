/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policies/policy_manifest.h"
#include "policies/policy_name.h"
#include "support/suite.h"
#include "tree.h"

static struct policy_manifest manifest;
static struct err err;

static enum policy_walk policy_manifest_walk(const struct tmpdir *directory)
{
    err = (struct err){0};
    return policy_manifest_read(&manifest, directory->fd, &tree_limits, &err);
}

START_TEST(entries_come_by_name_directories_before_their_content)
{
    static const char *const wanted[] = {"Z", "a", "a/y", "a/y/deep", "a/z", "a-b", "a.c", "b"};
    struct tmpdir directory = tmpdir_make();
    tree_file(directory.fd, "b", "12345", 0644);
    tree_file(directory.fd, "a.c", "", 0644);
    tree_file(directory.fd, "Z", "", 0644);
    tree_directory(directory.fd, "a");
    tree_file(directory.fd, "a-b", "", 0644);
    tree_file(directory.fd, "a/z", "123", 0644);
    tree_directory(directory.fd, "a/y");
    tree_link(directory.fd, "../../b", "a/y/deep");
    ck_assert_int_eq(policy_manifest_walk(&directory), POLICY_WALK_DONE);
    ck_assert_uint_eq(manifest.count, 8);
    for (size_t i = 0; i < manifest.count; i++) {
        ck_assert_str_eq(manifest.entries[i].path, wanted[i]);
    }
    ck_assert_str_eq(manifest.entries[3].target, "../../b");
    ck_assert_int_eq(manifest.bytes, 8);
    ck_assert_int_ge(manifest.newest.tv_sec, time(NULL) - 100);
    tmpdir_remove(&directory);
}
END_TEST

static void replace_by_the_same(const struct tmpdir *directory)
{
    struct stat status;
    ck_assert_int_eq(fstatat(directory->fd, "promises.cf", &status, 0), 0);
    tree_file(directory->fd, "other", "BODY common control {}\n", 0640);
    const struct timespec times[] = {status.st_mtim, status.st_mtim};
    ck_assert_int_eq(utimensat(directory->fd, "other", times, 0), 0);
    ck_assert_int_eq(renameat(directory->fd, "other", directory->fd, "promises.cf"), 0);
}

static void write_in_place(const struct tmpdir *directory)
{
    struct stat status;
    ck_assert_int_eq(fstatat(directory->fd, "promises.cf", &status, 0), 0);
    tmpdir_write(directory->fd, "promises.cf", "BODY common control {}\n");
    const struct timespec times[] = {status.st_mtim, status.st_mtim};
    ck_assert_int_eq(utimensat(directory->fd, "promises.cf", times, 0), 0);
}

static void change_mode(const struct tmpdir *directory)
{
    ck_assert_int_eq(fchmodat(directory->fd, "common/run.sh", 0700, 0), 0);
}

static void add_file(const struct tmpdir *directory)
{
    tree_file(directory->fd, "common/none/new", "", 0600);
}

static void remove_file(const struct tmpdir *directory)
{
    ck_assert_int_eq(unlinkat(directory->fd, "common/empty", 0), 0);
}

static void rename_file(const struct tmpdir *directory)
{
    ck_assert_int_eq(renameat(directory->fd, "common/empty", directory->fd, "common/empty2"), 0);
}

static void change_link(const struct tmpdir *directory)
{
    ck_assert_int_eq(unlinkat(directory->fd, "common/up", 0), 0);
    tree_link(directory->fd, "../promises.CF", "common/up");
}

START_TEST(every_change_is_another_state)
{
    static void (*const changes[])(const struct tmpdir *) = {replace_by_the_same, write_in_place, change_mode, add_file,
                                                             remove_file, rename_file, change_link};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct tmpdir directory = tmpdir_make();
        unsigned char state[POLICY_STATE_SIZE];
        tree_fill(directory.fd);
        tree_tick(directory.fd);
        ck_assert_int_eq(policy_manifest_walk(&directory), POLICY_WALK_DONE);
        memcpy(state, manifest.state, sizeof state);
        ck_assert_int_eq(policy_manifest_walk(&directory), POLICY_WALK_DONE);
        ck_assert_mem_eq(state, manifest.state, sizeof state);
        changes[i](&directory);
        ck_assert_int_eq(policy_manifest_walk(&directory), POLICY_WALK_DONE);
        ck_assert_msg(memcmp(state, manifest.state, sizeof state) != 0, "change %zu", i);
        tmpdir_remove(&directory);
    }
}
END_TEST

START_TEST(an_entry_is_known_again)
{
    struct tmpdir directory = tmpdir_make();
    struct stat status;
    tree_fill(directory.fd);
    tree_tick(directory.fd);
    ck_assert_int_eq(policy_manifest_walk(&directory), POLICY_WALK_DONE);
    for (size_t i = 0; i < manifest.count; i++) {
        ck_assert_int_eq(fstatat(directory.fd, manifest.entries[i].path, &status, AT_SYMLINK_NOFOLLOW), 0);
        ck_assert(policy_entry_is(&manifest.entries[i], &status));
    }
    const struct policy_entry *last = &manifest.entries[manifest.count - 1];
    ck_assert_str_eq(last->path, "promises.cf");
    write_in_place(&directory);
    ck_assert_int_eq(fstatat(directory.fd, last->path, &status, 0), 0);
    ck_assert(!policy_entry_is(last, &status));
    tmpdir_remove(&directory);
}
END_TEST

static void policy_manifest_refused(const struct tmpdir *directory, const char *name, const char *reason)
{
    ck_assert_int_eq(policy_manifest_walk(directory), POLICY_WALK_REFUSED);
    ck_assert_msg(strstr(err.text, reason) != NULL, "%s", err.text);
    ck_assert_int_eq(unlinkat(directory->fd, name, 0), 0);
    ck_assert_int_eq(policy_manifest_walk(directory), POLICY_WALK_DONE);
}

START_TEST(what_cannot_be_packed_whole_is_refused)
{
    struct tmpdir directory = tmpdir_make();
    static const char *const targets[] = {"/etc/passwd", "../a", "a/../b", "x\ny"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        tree_link(directory.fd, targets[i], "link");
        policy_manifest_refused(&directory, "link", "link: a symbolic link that may lead outside");
    }
    tmpdir_remove(&directory);
}
END_TEST

/* One of them must not cost a node all its policies. */
START_TEST(names_that_no_archive_can_hold_are_left_out)
{
    struct tmpdir directory = tmpdir_make();
    static const char *const names[] = {"a\nb", "\x7f", "no utf-8 \xff", "a\\b", "\xc2\x80"};
    tree_file(directory.fd, "good", "", 0644);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        tree_file(directory.fd, names[i], "", 0644);
    }
    tree_directory(directory.fd, "a\tb");
    tree_file(directory.fd, "a\tb/good", "", 0644);
    tree_link(directory.fd, "/etc/passwd", "a\rb");
    ck_assert_int_eq(policy_manifest_walk(&directory), POLICY_WALK_DONE);
    ck_assert_uint_eq(manifest.count, 1);
    ck_assert_str_eq(manifest.entries[0].path, "good");
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(pipes_are_left_out)
{
    struct tmpdir directory = tmpdir_make();
    ck_assert_int_eq(mkfifoat(directory.fd, "pipe", 0600), 0);
    ck_assert_int_eq(policy_manifest_walk(&directory), POLICY_WALK_DONE);
    ck_assert_uint_eq(manifest.count, 0);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(limits_hold)
{
    struct tmpdir directory = tmpdir_make();
    struct policy_limits limits = {3, 10};
    tree_file(directory.fd, "a", "12345", 0644);
    tree_directory(directory.fd, "b");
    tree_file(directory.fd, "b/c", "12345", 0644);
    ck_assert_int_eq(policy_manifest_read(&manifest, directory.fd, &limits, &err), POLICY_WALK_DONE);
    limits.max_files = 2;
    ck_assert_int_eq(policy_manifest_read(&manifest, directory.fd, &limits, &err), POLICY_WALK_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "policies.max_files"));
    limits = (struct policy_limits){3, 9};
    ck_assert_int_eq(policy_manifest_read(&manifest, directory.fd, &limits, &err), POLICY_WALK_REFUSED);
    ck_assert_str_eq(err.text, "b/c: more bytes than policies.max_size");
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(directories_in_each_other_have_an_end)
{
    struct tmpdir directory = tmpdir_make();
    char path[4 * POLICY_MAX_DEPTH] = "";
    for (int i = 0; i < POLICY_MAX_DEPTH; i++) {
        strcat(path, i == 0 ? "d" : "/d");
        tree_directory(directory.fd, path);
    }
    ck_assert_int_eq(policy_manifest_walk(&directory), POLICY_WALK_DONE);
    strcat(path, "/d");
    tree_directory(directory.fd, path);
    ck_assert_int_eq(policy_manifest_walk(&directory), POLICY_WALK_REFUSED);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(links_that_stay_inside)
{
    static const char *const inside[][2] = {
        {"a", "b"}, {"a", "./b//c"}, {"a/b", "../c"}, {"a/b/c", "../../d/e"}, {"a/b", ".."},
    };
    static const char *const outside[][2] = {{"a", "/b"}, {"a", ".."}, {"a", ""}, {"a/b", "../../c"}, {"a/b", "c/.."},
                                             {"a/b", "./../../c"}, {"a/b/c", "../x/../y"}};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        ck_assert_msg(policy_link_inside(inside[i][0], inside[i][1]), "%s", inside[i][1]);
    }
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        ck_assert_msg(!policy_link_inside(outside[i][0], outside[i][1]), "%s", outside[i][1]);
    }
}
END_TEST

SUITE_MAIN("policy_manifest", entries_come_by_name_directories_before_their_content, every_change_is_another_state,
           an_entry_is_known_again, what_cannot_be_packed_whole_is_refused, names_that_no_archive_can_hold_are_left_out,
           pipes_are_left_out, limits_hold, directories_in_each_other_have_an_end, links_that_stay_inside)
