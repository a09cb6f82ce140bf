/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/wait.h>

#include "shared-folder/hash_cache.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/digest.h"

enum { NOW = 1000000 };

static unsigned char digest[DIGEST_MAX_SIZE];

/* A file that was changed long ago. */
static struct stat file_of(ino_t inode)
{
    return (struct stat){
        .st_dev = 7, .st_ino = inode, .st_size = 100, .st_mtim = {NOW - 100, 5}, .st_ctim = {NOW - 50, 6}};
}

static void test_hash_cache_store(struct hash_cache *cache, const struct stat *status, const char *text)
{
    unsigned char given[DIGEST_MAX_SIZE] = {0};
    memcpy(given, text, strlen(text));
    hash_cache_store(cache, status, DIGEST_SHA256, given, NOW);
}

static bool hash_cache_knows(struct hash_cache *cache, const struct stat *status, const char *text)
{
    memset(digest, 0, sizeof digest);
    return hash_cache_find(cache, status, DIGEST_SHA256, digest) && strcmp((char *)digest, text) == 0;
}

START_TEST(any_change_of_a_file_counts)
{
    struct hash_cache *cache = hash_cache_open("");
    struct stat file = file_of(1);
    ck_assert(!hash_cache_is_shared(cache));
    ck_assert(!hash_cache_knows(cache, &file, ""));
    test_hash_cache_store(cache, &file, "one");
    ck_assert(hash_cache_knows(cache, &file, "one"));
    ck_assert(!hash_cache_find(cache, &file, DIGEST_SHA512, digest));
    struct stat others[] = {file, file, file, file, file, file, file};
    others[0].st_dev++;
    others[1].st_ino++;
    others[2].st_size++;
    others[3].st_mtim.tv_sec++;
    others[4].st_mtim.tv_nsec++;
    others[5].st_ctim.tv_sec++;
    others[6].st_ctim.tv_nsec++;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ck_assert_msg(!hash_cache_find(cache, &others[i], DIGEST_SHA256, digest), "%zu", i);
    }
    test_hash_cache_store(cache, &others[6], "two");
    ck_assert(hash_cache_knows(cache, &others[6], "two"));
    ck_assert_msg(!hash_cache_knows(cache, &file, "one"), "the old state stays and takes up room");
    hash_cache_close(cache);
}
END_TEST

START_TEST(both_hashes_of_a_file)
{
    struct hash_cache *cache = hash_cache_open("");
    struct stat file = file_of(1);
    unsigned char given[DIGEST_MAX_SIZE];
    memset(given, 'x', sizeof given);
    test_hash_cache_store(cache, &file, "one");
    hash_cache_store(cache, &file, DIGEST_SHA512, given, NOW);
    ck_assert(hash_cache_knows(cache, &file, "one"));
    ck_assert(hash_cache_find(cache, &file, DIGEST_SHA512, digest));
    ck_assert_mem_eq(digest, given, sizeof given);
    hash_cache_close(cache);
}
END_TEST

START_TEST(a_file_that_changed_just_now_is_not_remembered)
{
    struct hash_cache *cache = hash_cache_open("");
    static const struct {
        time_t changed;
        bool remembered;
    } cases[] = {{NOW - 3, true}, {NOW - 2, false}, {NOW - 1, false},
                 {NOW, false},    {NOW + 1, false}, {NOW + 10000, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stat file = file_of(i + 1);
        file.st_ctim.tv_sec = cases[i].changed;
        test_hash_cache_store(cache, &file, "one");
        ck_assert_msg(hash_cache_knows(cache, &file, "one") == cases[i].remembered, "%zu", i);
    }
    struct stat file = file_of(99);
    file.st_mtim.tv_sec = NOW + 10000; /* anybody can say so with touch; ctime is what counts */
    test_hash_cache_store(cache, &file, "one");
    ck_assert(hash_cache_knows(cache, &file, "one"));
    hash_cache_close(cache);
}
END_TEST

START_TEST(what_was_used_longest_ago_goes)
{
    enum { FILES = 3 * HASH_CACHE_ENTRIES };
    struct hash_cache *cache = hash_cache_open("");
    struct stat favourite = file_of(1);
    test_hash_cache_store(cache, &favourite, "first");
    for (ino_t inode = 2; inode < FILES; inode++) {
        struct stat file = file_of(inode);
        test_hash_cache_store(cache, &file, "other");
        ck_assert(hash_cache_knows(cache, &file, "other"));
        ck_assert_msg(hash_cache_knows(cache, &favourite, "first"), "forgotten after %zu others", (size_t)inode);
    }
    size_t known = 0;
    for (ino_t inode = 2; inode < FILES; inode++) {
        struct stat file = file_of(inode);
        known += hash_cache_knows(cache, &file, "other");
    }
    ck_assert_uint_le(known, HASH_CACHE_ENTRIES);
    ck_assert_uint_ge(known, HASH_CACHE_ENTRIES * 9 / 10); /* spread well */
    hash_cache_close(cache);
}
END_TEST

START_TEST(processes_and_restarts_share_the_file)
{
    struct tmpdir directory = tmpdir_make();
    char path[128];
    snprintf(path, sizeof path, "%s/hashes", directory.path);
    struct stat file = file_of(1);
    struct hash_cache *cache = hash_cache_open(path);
    ck_assert(hash_cache_is_shared(cache));
    pid_t child = fork();
    if (child == 0) {
        struct hash_cache *own = hash_cache_open(path);
        test_hash_cache_store(own, &file, "child's");
        _exit(0); /* as a killed one would */
    }
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert(hash_cache_knows(cache, &file, "child's"));
    hash_cache_close(cache);
    cache = hash_cache_open(path);
    ck_assert(hash_cache_knows(cache, &file, "child's"));
    hash_cache_close(cache);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    tmpdir_remove(&directory);
}
END_TEST

/* Each word of the table in turn is spoiled, as a write that was cut would leave it. */
START_TEST(what_is_half_written_is_nothing)
{
    struct tmpdir directory = tmpdir_make();
    char path[128];
    snprintf(path, sizeof path, "%s/hashes", directory.path);
    struct stat file = file_of(1);
    struct hash_cache *cache = hash_cache_open(path);
    test_hash_cache_store(cache, &file, "one");
    int fd = open(path, O_RDWR | O_CLOEXEC);
    struct stat status;
    ck_assert_int_eq(fstat(fd, &status), 0);
    uint64_t word;
    size_t spoiled = 0, unknown = 0;
    for (off_t at = 0; at < status.st_size; at += sizeof word) {
        ck_assert_int_eq(pread(fd, &word, sizeof word, at), sizeof word);
        if (word == 0) {
            continue;
        }
        uint64_t other = word ^ 1;
        ck_assert_int_eq(pwrite(fd, &other, sizeof other, at), sizeof other);
        spoiled++;
        unknown += !hash_cache_knows(cache, &file, "one");
        ck_assert_int_eq(pwrite(fd, &word, sizeof word, at), sizeof word); /* nothing else wrote it but the clocks */
    }
    ck_assert_uint_ge(spoiled, 9);
    ck_assert_uint_eq(unknown, spoiled - 2); /* all but the table's clock and the entry's time of use */
    close(fd);
    hash_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(files_that_are_not_ours_are_not_used)
{
    struct tmpdir directory = tmpdir_make();
    char path[128], link_path[128];
    snprintf(path, sizeof path, "%s/hashes", directory.path);
    snprintf(link_path, sizeof link_path, "%s/link", directory.path);
    struct hash_cache *cache = hash_cache_open(path);
    struct stat file = file_of(1);
    hash_cache_close(cache);
    ck_assert_int_eq(symlink(path, link_path), 0);
    cache = hash_cache_open(link_path);
    ck_assert(!hash_cache_is_shared(cache));
    test_hash_cache_store(cache, &file, "one"); /* it works all the same */
    ck_assert(hash_cache_knows(cache, &file, "one"));
    hash_cache_close(cache);
    ck_assert_int_eq(chmod(path, 0620), 0);
    cache = hash_cache_open(path);
    ck_assert(!hash_cache_is_shared(cache));
    hash_cache_close(cache);
    cache = hash_cache_open("/nothing/there");
    ck_assert(!hash_cache_is_shared(cache));
    hash_cache_close(cache);
    cache = hash_cache_open(directory.path);
    ck_assert(!hash_cache_is_shared(cache));
    hash_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(another_versions_file_is_replaced)
{
    struct tmpdir directory = tmpdir_make();
    char path[128];
    snprintf(path, sizeof path, "%s/hashes", directory.path);
    tmpdir_write(directory.fd, "hashes", "of another size");
    struct hash_cache *cache = hash_cache_open(path);
    struct stat file = file_of(1);
    ck_assert(hash_cache_is_shared(cache));
    test_hash_cache_store(cache, &file, "one");
    ck_assert(hash_cache_knows(cache, &file, "one"));
    hash_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

/* Several processes write the same few places; what is found must be what belongs to the file. */
START_TEST(many_writers_never_mix_their_hashes)
{
    enum { PROCESSES = 4, ROUNDS = 60000 };
    struct tmpdir directory = tmpdir_make();
    char path[128];
    snprintf(path, sizeof path, "%s/hashes", directory.path);
    for (int p = 0; p < PROCESSES; p++) {
        if (fork() != 0) {
            continue;
        }
        struct hash_cache *cache = hash_cache_open(path);
        unsigned char text[DIGEST_MAX_SIZE];
        for (int i = 0; i < ROUNDS; i++) {
            struct stat file = file_of(1);
            file.st_size = (i + p) % 2;
            memset(text, (int)(file.st_size + (off_t)file.st_ino), sizeof text);
            if (hash_cache_find(cache, &file, DIGEST_SHA512, digest) && memcmp(digest, text, sizeof text) != 0) {
                _exit(1);
            }
            hash_cache_store(cache, &file, DIGEST_SHA512, text, NOW);
        }
        _exit(0);
    }
    for (int p = 0; p < PROCESSES; p++) {
        int status;
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(content_is_hashed_as_it_is)
{
    struct tmpdir directory = tmpdir_make();
    char hex[2 * DIGEST_MAX_SIZE + 1];
    struct err err = {0};
    struct stat status;
    tmpdir_write(directory.fd, "file", "hello");
    int fd = openat(directory.fd, "file", O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(fstat(fd, &status), 0);
    ck_assert_int_eq(content_hash(fd, &status, DIGEST_SHA256, digest, &err), CONTENT_HASHED);
    digest_hex(hex, digest, digest_algorithm_size(DIGEST_SHA256), false);
    ck_assert_str_eq(hex, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    ck_assert_int_eq(content_hash(fd, &status, DIGEST_SHA512, digest, &err), CONTENT_HASHED);
    digest_hex(hex, digest, digest_algorithm_size(DIGEST_SHA512), false);
    ck_assert_str_eq(hex, "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca7"
                          "2323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043");
    static char large[1000001];
    memset(large, 'a', sizeof large - 1);
    tmpdir_write(directory.fd, "large", large);
    int large_fd = openat(directory.fd, "large", O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(fstat(large_fd, &status), 0);
    ck_assert_int_eq(content_hash(large_fd, &status, DIGEST_SHA256, digest, &err), CONTENT_HASHED);
    digest_hex(hex, digest, 32, false);
    ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    close(large_fd);
    close(fd);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_change_between_the_looks_is_seen)
{
    struct tmpdir directory = tmpdir_make();
    struct err err = {0};
    struct stat status;
    tmpdir_write(directory.fd, "file", "hello");
    tmpdir_age(directory.fd, "file", 100);
    int fd = openat(directory.fd, "file", O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(fstat(fd, &status), 0);
    ck_assert_int_eq(pwrite(fd, "j", 1, 0), 1);
    ck_assert_int_eq(content_hash(fd, &status, DIGEST_SHA256, digest, &err), CONTENT_CHANGED);
    ck_assert_int_eq(fstat(fd, &status), 0);
    ck_assert_int_eq(ftruncate(fd, 3), 0);
    ck_assert_int_eq(content_hash(fd, &status, DIGEST_SHA256, digest, &err), CONTENT_CHANGED);
    ck_assert_int_eq(fstat(directory.fd, &status), 0);
    ck_assert_int_eq(content_hash(directory.fd, &status, DIGEST_SHA256, digest, &err), CONTENT_FAILED);
    ck_assert(err.text[0] != '\0');
    close(fd);
    tmpdir_remove(&directory);
}
END_TEST

/* To read the 256 GiB of this file to their end would take longer than a test may. */
START_TEST(a_changed_file_is_not_read_to_its_end)
{
    struct tmpdir directory = tmpdir_make();
    struct err err = {0};
    struct stat status;
    tmpdir_write(directory.fd, "file", "");
    int fd = openat(directory.fd, "file", O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(ftruncate(fd, (off_t)256 << 30), 0);
    ck_assert_int_eq(fstat(fd, &status), 0);
    status.st_mtim.tv_sec--;
    ck_assert_int_eq(content_hash(fd, &status, DIGEST_SHA256, digest, &err), CONTENT_CHANGED);
    close(fd);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("hash_cache", any_change_of_a_file_counts, both_hashes_of_a_file,
           a_file_that_changed_just_now_is_not_remembered,
           what_was_used_longest_ago_goes, processes_and_restarts_share_the_file, what_is_half_written_is_nothing,
           files_that_are_not_ours_are_not_used, another_versions_file_is_replaced, many_writers_never_mix_their_hashes,
           content_is_hashed_as_it_is, a_change_between_the_looks_is_seen, a_changed_file_is_not_read_to_its_end)
