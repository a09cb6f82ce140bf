/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include "policies/policy_archive.h"
#include "support/suite.h"
#include "tree.h"
#include "util/buffer.h"

static struct policy_manifest manifest;
static struct err err;

static bool policy_archive_gather(void *context, const void *bytes, size_t len, struct err *why)
{
    (void)why;
    buffer_add(context, bytes, len);
    return true;
}

static bool full(void *context, const void *bytes, size_t len, struct err *why)
{
    (void)context;
    (void)bytes;
    (void)len;
    return err_set(why, "the disk is full");
}

static struct buffer packed(const struct tmpdir *directory, enum policy_format format)
{
    struct buffer out = {0};
    ck_assert_int_eq(policy_manifest_read(&manifest, directory->fd, &tree_limits, &err), POLICY_WALK_DONE);
    enum policy_pack result = policy_archive_pack(&manifest, directory->fd, format, policy_archive_gather, &out, &err);
    ck_assert_msg(result == POLICY_PACK_DONE, "%s", err.text);
    return out;
}

static void same_bytes(struct buffer *a, struct buffer *b)
{
    ck_assert(slice_eq(buffer_slice(a), buffer_slice(b)));
    buffer_free(a);
    buffer_free(b);
}

START_TEST(the_same_directory_gives_the_same_bytes)
{
    const enum policy_format format = (enum policy_format)_i;
    struct tmpdir directory = tmpdir_make(), other = tmpdir_make();
    tree_fill(directory.fd);
    tree_tick(other.fd);
    tree_file(other.fd, "promises.cf", "first", 0600);
    tree_fill(other.fd);
    tmpdir_age(other.fd, "promises.cf", 100000);
    tmpdir_age(other.fd, "common", 200000);
    setenv("TZ", "Asia/Tokyo", 1);
    tzset();
    struct buffer here = packed(&directory, format), again = packed(&directory, format);
    if (format == POLICY_TAR_GZ) { /* RFC 1952: MTIME, 0 for none */
        ck_assert_mem_eq(here.at + 4, "\0\0\0", 4);
    }
    same_bytes(&here, &again);
    here = packed(&directory, format);
    setenv("TZ", "America/New_York", 1);
    tzset();
    struct buffer there = packed(&other, format); /* made otherwise, at other times */
    same_bytes(&here, &there);
    tmpdir_remove(&directory);
    tmpdir_remove(&other);
}
END_TEST

static void expect_entry(struct archive *archive, const char *path, mode_t mode, const char *content)
{
    struct archive_entry *entry;
    char text[64] = "";
    ck_assert_int_eq(archive_read_next_header(archive, &entry), ARCHIVE_OK);
    ck_assert_str_eq(archive_entry_pathname(entry), path);
    ck_assert_uint_eq(archive_entry_mode(entry), mode);
    ck_assert_int_eq(archive_entry_uid(entry), 0);
    ck_assert_int_eq(archive_entry_gid(entry), 0);
    if (S_ISLNK(mode)) {
        ck_assert_str_eq(archive_entry_symlink(entry), content);
    } else {
        ck_assert_int_eq(archive_read_data(archive, text, sizeof text - 1), (la_ssize_t)strlen(content));
        ck_assert_str_eq(text, content);
    }
}

START_TEST(everything_is_in_it)
{
    const enum policy_format format = (enum policy_format)_i;
    struct tmpdir directory = tmpdir_make();
    char dir_path[512], path[512];
    tree_fill(directory.fd);
    struct buffer bytes = packed(&directory, format);
    struct archive *archive = archive_read_new();
    struct archive_entry *end;
    snprintf(dir_path, sizeof dir_path, "%s/", tree_long_name());
    snprintf(path, sizeof path, "%s/%s", tree_long_name(), tree_long_name());
    setlocale(LC_CTYPE, "C.UTF-8");
    archive_read_support_format_all(archive);
    archive_read_support_filter_gzip(archive);
    ck_assert_int_eq(archive_read_open_memory(archive, bytes.at, bytes.len), ARCHIVE_OK);
    expect_entry(archive, "caf\xc3\xa9 au lait.cf", S_IFREG | 0644, "utf-8\n");
    expect_entry(archive, "common/", S_IFDIR | 0755, "");
    expect_entry(archive, "common/empty", S_IFREG | 0600, "");
    expect_entry(archive, "common/none/", S_IFDIR | 0755, "");
    expect_entry(archive, "common/run.sh", S_IFREG | 0750, "#!/bin/sh\n");
    expect_entry(archive, "common/up", S_IFLNK | 0777, "../promises.cf");
    expect_entry(archive, dir_path, S_IFDIR | 0755, "");
    expect_entry(archive, path, S_IFREG | 0644, "long\n");
    expect_entry(archive, "promises.cf", S_IFREG | 0640, "body common control {}\n");
    ck_assert_int_eq(archive_read_next_header(archive, &end), ARCHIVE_EOF);
    archive_read_free(archive);
    buffer_free(&bytes);
    tmpdir_remove(&directory);
}
END_TEST

static enum policy_pack pack_now(const struct tmpdir *directory)
{
    struct buffer out = {0};
    enum policy_pack result =
        policy_archive_pack(&manifest, directory->fd, POLICY_TAR_GZ, policy_archive_gather, &out, &err);
    buffer_free(&out);
    return result;
}

START_TEST(what_changed_since_the_manifest_is_noticed)
{
    struct tmpdir directory = tmpdir_make();
    tree_fill(directory.fd);
    tree_tick(directory.fd);
    ck_assert_int_eq(policy_manifest_read(&manifest, directory.fd, &tree_limits, &err), POLICY_WALK_DONE);
    ck_assert_int_eq(pack_now(&directory), POLICY_PACK_DONE);
    tmpdir_write(directory.fd, "promises.cf", "BODY common control {}\n");
    ck_assert_int_eq(pack_now(&directory), POLICY_PACK_CHANGED);
    ck_assert_int_eq(unlinkat(directory.fd, "promises.cf", 0), 0);
    ck_assert_int_eq(pack_now(&directory), POLICY_PACK_CHANGED);
    tree_link(directory.fd, "/etc/passwd", "promises.cf");
    ck_assert_int_eq(pack_now(&directory), POLICY_PACK_CHANGED);
    ck_assert_int_eq(unlinkat(directory.fd, "promises.cf", 0), 0);
    tree_directory(directory.fd, "promises.cf");
    ck_assert_int_eq(pack_now(&directory), POLICY_PACK_CHANGED);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_cannot_be_written_says_why)
{
    struct tmpdir directory = tmpdir_make();
    tree_fill(directory.fd);
    ck_assert_int_eq(policy_manifest_read(&manifest, directory.fd, &tree_limits, &err), POLICY_WALK_DONE);
    enum policy_pack result = policy_archive_pack(&manifest, directory.fd, (enum policy_format)_i, full, NULL, &err);
    ck_assert_int_eq(result, POLICY_PACK_FAILED);
    ck_assert_str_eq(err.text, "the disk is full");
    tmpdir_remove(&directory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy_archive");
    TCase *tcase = tcase_create("policy_archive");
    tcase_add_loop_test(tcase, the_same_directory_gives_the_same_bytes, 0, POLICY_FORMATS);
    tcase_add_loop_test(tcase, everything_is_in_it, 0, POLICY_FORMATS);
    tcase_add_test(tcase, what_changed_since_the_manifest_is_noticed);
    tcase_add_loop_test(tcase, what_cannot_be_written_says_why, 0, POLICY_FORMATS);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
