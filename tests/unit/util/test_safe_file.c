/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/safe_file.h"

static bool name_ok(const char *name)
{
    return safe_file_name(name, strlen(name), NULL);
}

START_TEST(names_that_can_do_no_harm)
{
    char longest[242];
    memset(longest, 'a', sizeof longest);
    ck_assert(safe_file_name(longest, 240, NULL));
    ck_assert(name_ok("2018-08-24T15:55:01+00:00@root.log.gz"));
    ck_assert(name_ok("a b"));
    ck_assert(name_ok("h\xc3\xb4te.ocs"));
    ck_assert(name_ok("a.."));

    const char *reason = NULL;
    ck_assert(!safe_file_name(longest, 241, &reason));
    ck_assert_ptr_nonnull(reason);
    static const char *const bad[] = {"",      ".",     "..",       ".hidden",   "a/b",          "/a",
                                      "a\\b",  "a\nb",  "a\x7f",    "\xff",      ("a\xc2\x9b" "b"), "a\xc3",
                                      "../../etc/passwd"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!name_ok(bad[i]), "%s", bad[i]);
    }
    ck_assert(!safe_file_name("a\0b", 3, NULL));
    ck_assert(!safe_file_name("a\xc2\x80", 2, NULL)); /* looks not behind the end */
}
END_TEST

static size_t safe_file_entries(int dir_fd)
{
    DIR *dir = fdopendir(openat(dir_fd, ".", O_RDONLY | O_DIRECTORY));
    size_t count = 0;
    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count - 2;
}

static bool safe_file_store(int dir_fd, const char *name, const char *text)
{
    struct err err;
    return safe_file_put(dir_fd, name, 0640, slice_from_str(text), &err);
}

START_TEST(commit_makes_a_whole_file_and_replaces_one)
{
    struct tmpdir directory = tmpdir_make();
    struct err err;
    umask(077);
    ck_assert(safe_file_store(directory.fd, "a", "one"));
    ck_assert(safe_file_store(directory.fd, "a", "second"));
    ck_assert(safe_file_store(directory.fd, "b", ""));
    struct stat status;
    ck_assert_int_eq(fstatat(directory.fd, "a", &status, 0), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0640);
    struct buffer content = {0};
    buffer_add_text(&content, "<");
    ck_assert(safe_file_read(directory.fd, "a", 6, &content, &err));
    ck_assert_str_eq(buffer_cstr(&content), "<second");
    buffer_free(&content);
    ck_assert_uint_eq(safe_file_entries(directory.fd), 2);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(failure_leaves_nothing_behind)
{
    struct tmpdir directory = tmpdir_make();
    struct err err;
    struct safe_file file;
    ck_assert(safe_file_create(&file, directory.fd, 0600, &err));
    ck_assert(tmpdir_has(directory.fd, file.temporary));
    safe_file_abandon(&file);
    safe_file_abandon(&file); /* twice does no harm */
    ck_assert(!safe_file_store(directory.fd, "../x", "text"));
    ck_assert(!safe_file_store(directory.fd, "..", "text"));
    ck_assert(!safe_file_store(directory.fd, "", "text"));
    ck_assert_int_eq(mkdirat(directory.fd, "taken", 0700), 0);
    ck_assert(!safe_file_store(directory.fd, "taken", "text"));
    ck_assert_uint_eq(safe_file_entries(directory.fd), 1);
    ck_assert(!safe_file_create(&file, -1, 0600, &err));
    tmpdir_remove(&directory);
}
END_TEST

/* A file may not grow beyond a byte: the kernel then fails a write as it does on a full disk. */
START_TEST(a_write_that_fails_leaves_nothing_behind)
{
    struct tmpdir directory = tmpdir_make();
    struct err err;
    ck_assert(safe_file_store(directory.fd, "a", "old"));
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(const struct rlimit){1, RLIM_INFINITY}), 0);
    bool put = safe_file_put(directory.fd, "a", 0640, slice_from_str("new"), &err);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(const struct rlimit){RLIM_INFINITY, RLIM_INFINITY}), 0);
    ck_assert(!put);
    ck_assert_str_eq(err.text, "writing: File too large");
    ck_assert_uint_eq(safe_file_entries(directory.fd), 1);
    struct buffer content = {0};
    ck_assert(safe_file_read(directory.fd, "a", 3, &content, &err));
    ck_assert_str_eq(buffer_cstr(&content), "old");
    buffer_free(&content);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(read_takes_regular_files_within_the_limit_only)
{
    struct tmpdir directory = tmpdir_make();
    struct buffer content = {0};
    struct err err;
    tmpdir_write(directory.fd, "ten", "0123456789");
    ck_assert_int_eq(symlinkat("ten", directory.fd, "link"), 0);
    ck_assert_int_eq(mkdirat(directory.fd, "directory", 0700), 0);
    ck_assert_int_eq(mkfifoat(directory.fd, "pipe", 0600), 0);
    buffer_add_text(&content, "x");
    static const struct {
        const char *name;
        int why;
    } cases[] = {{"ten", EFBIG}, {"link", ELOOP}, {"directory", EISDIR}, {"pipe", EINVAL}, {"none", ENOENT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert(!safe_file_read(directory.fd, cases[i].name, 9, &content, &err));
        ck_assert_msg(errno == cases[i].why, "%s: %s", cases[i].name, strerror(errno));
        ck_assert_ptr_nonnull(strstr(err.text, cases[i].name));
    }
    ck_assert_str_eq(buffer_cstr(&content), "x");
    ck_assert(safe_file_read(directory.fd, "ten", 10, &content, &err));
    ck_assert_str_eq(buffer_cstr(&content), "x0123456789");
    buffer_clear(&content);
    ck_assert(!safe_file_read(AT_FDCWD, "/proc/self/maps", 64, &content, &err)); /* its size says 0 */
    ck_assert_int_eq(errno, EFBIG);
    ck_assert(safe_file_read(AT_FDCWD, "/proc/self/maps", 1 << 20, &content, &err));
    ck_assert_uint_gt(content.len, 64);
    buffer_free(&content);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(sweep_takes_old_temporary_files_only)
{
    struct tmpdir directory = tmpdir_make();
    struct err err;
    struct safe_file old, young;
    ck_assert(safe_file_create(&old, directory.fd, 0600, &err));
    ck_assert(safe_file_create(&young, directory.fd, 0600, &err));
    tmpdir_age(directory.fd, old.temporary, 90000);
    tmpdir_write(directory.fd, ".other.tmp", "");
    tmpdir_age(directory.fd, ".other.tmp", 90000);
    ck_assert_uint_eq(safe_file_sweep(directory.fd, 86400), 1);
    ck_assert(!tmpdir_has(directory.fd, old.temporary));
    ck_assert(tmpdir_has(directory.fd, young.temporary));
    ck_assert(tmpdir_has(directory.fd, ".other.tmp"));
    safe_file_abandon(&old);
    safe_file_abandon(&young);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("safe_file", names_that_can_do_no_harm, commit_makes_a_whole_file_and_replaces_one,
           failure_leaves_nothing_behind, a_write_that_fails_leaves_nothing_behind,
           read_takes_regular_files_within_the_limit_only, sweep_takes_old_temporary_files_only)
