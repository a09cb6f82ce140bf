/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "shared-folder/shared_folder_request.h"
#include "support/suite.h"

#define HASH "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define HASH_UPPER "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824"

static struct shared_folder_request asked;
static struct err err;

static bool path_ok(const char *path)
{
    return shared_folder_request_parse_path(&asked, slice_from_str(path), &err);
}

static bool query_ok(const char *query)
{
    return shared_folder_request_parse_query(&asked, query, &err);
}

START_TEST(paths_that_are_taken_as_they_are)
{
    static const char *const good[] = {"",
                                       "file",
                                       "directory/file",
                                       "a/b/c/d/e",
                                       ".hidden",
                                       ".git/config",
                                       "a..b",
                                       "a../b",
                                       "a b",
                                       "a+b",
                                       "50%",
                                       "%2e%2e/x",
                                       "~",
                                       "*",
                                       "a'b\"c",
                                       "a;b",
                                       "a&b=c",
                                       "a?b",
                                       "h\xc3\xb4te",
                                       "latin-\xe9",
                                       "directory/",
                                       "a//b",
                                       "./file",
                                       "-",
                                       "a:b",
                                       "|",
                                       "$HOME",
                                       "`id`"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_msg(path_ok(good[i]), "'%s': %s", good[i], err.text);
        ck_assert_str_eq(asked.path, good[i]);
    }
}
END_TEST

START_TEST(paths_that_are_refused)
{
    static const struct {
        const char *path;
        const char *why;
    } bad[] = {
        {"..", "two dots"},
        {"../", "two dots"},
        {"../etc/passwd", "two dots"},
        {"a/..", "two dots"},
        {"a/../b", "two dots"},
        {"a/b/../../../c", "two dots"},
        {"a//../b", "two dots"},
        {"...", "two dots"},
        {"..hidden", "two dots"},
        {"a/..b/c", "two dots"},
        {"/", "slash"},
        {"/etc/passwd", "slash"},
        {"//etc/passwd", "slash"},
        {"\\", "backslash"},
        {"..\\..\\etc", "backslash"},
        {"a\\b", "backslash"},
        {"a/\\b", "backslash"},
        {"C:\\windows", "backslash"},
        {"a\nb", "control"},
        {"a\rb", "control"},
        {"a\tb", "control"},
        {"a\x01", "control"},
        {"\x1b[2J", "control"},
        {"a\x7f", "control"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!path_ok(bad[i].path), "'%s'", bad[i].path);
        ck_assert_msg(strstr(err.text, bad[i].why) != NULL, "'%s': %s", bad[i].path, err.text);
    }
    ck_assert(!shared_folder_request_parse_path(&asked, (struct slice){"a\0b", 3}, &err));
}
END_TEST

START_TEST(a_path_has_its_limit)
{
    static char path[PATH_MAX + 1];
    memset(path, 'a', sizeof path - 1);
    ck_assert(!path_ok(path));
    path[PATH_MAX - 1] = '\0';
    ck_assert(path_ok(path));
}
END_TEST

START_TEST(hashes_that_are_taken)
{
    static const unsigned char digest[] = {0x2c, 0xf2, 0x4d, 0xba};
    static const char *const good[] = {
        "hash=" HASH,
        "hash=" HASH_UPPER,
        "hash=" HASH "&hash_type=sha256",
        "hash_type=sha256&hash=" HASH,
        "hash=" HASH "&",
        "other=1&hash=" HASH "&other=2",
        "%68ash=%32cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_msg(query_ok(good[i]), "%s: %s", good[i], err.text);
        ck_assert(asked.has_hash && asked.algorithm == DIGEST_SHA256);
        ck_assert_mem_eq(asked.digest, digest, sizeof digest);
        ck_assert_uint_eq(asked.digest[31], 0x24);
    }
    ck_assert(query_ok("hash=" HASH HASH "&hash_type=sha512"));
    ck_assert(asked.has_hash && asked.algorithm == DIGEST_SHA512);
    ck_assert_uint_eq(asked.digest[63], 0x24);
    static const char *const none[] = {
        "", "&", "hash", "hash=", "hash_type=sha256", "hash_type=sha512", ("HASH=" HASH), "hashes=1", "x"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        ck_assert_msg(query_ok(none[i]), "%s: %s", none[i], err.text);
        ck_assert_msg(!asked.has_hash, "%s", none[i]);
    }
}
END_TEST

START_TEST(hashes_that_are_refused)
{
    static const char *const bad[] = {
        "hash=2",
        "hash=" HASH "0",
        "hash=" HASH "00",
        ("hash=" HASH HASH),
        "hash=" HASH "&hash_type=sha512",
        "hash=" HASH HASH "&hash_type=sha256",
        "hash=g" HASH,
        "hash=xcf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "hash=+cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "hash=0x" HASH,
        "hash=sha256:" HASH,
        "hash= " HASH,
        "hash=" HASH "%20",
        "hash=" HASH "%00",
        "hash=" HASH "%0",
        "hash=%zz",
        "hash=" HASH "&hash=" HASH,
        "hash=" HASH "&hash_type=sha256&hash_type=sha256",
        "hash=" HASH "&hash_type=",
        "hash=" HASH "&hash_type=SHA256",
        "hash=" HASH "&hash_type=md5",
        "hash=" HASH "&hash_type=sha1",
        "hash=" HASH "&hash_type=sha256%20",
        "hash_type=md5",
        "hash_type",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err.text[0] = '\0';
        ck_assert_msg(!query_ok(bad[i]), "%s", bad[i]);
        ck_assert_msg(err.text[0] != '\0', "%s", bad[i]);
    }
    static char query[4096];
    memset(query, 'a', sizeof query - 1);
    ck_assert(!query_ok(query));
}
END_TEST

SUITE_MAIN("shared_folder_request", paths_that_are_taken_as_they_are, paths_that_are_refused, a_path_has_its_limit,
           hashes_that_are_taken, hashes_that_are_refused)
