/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policies/policy_cache.h"
#include "policies/policy_cache_private.h"
#include "support/suite.h"
#include "tree.h"
#include "util/digest.h"

static const unsigned char old_state[POLICY_STATE_SIZE] = "old", new_state[POLICY_STATE_SIZE] = "new";
static struct err err;

static struct policy_cache *open_cache(const struct tmpdir *directory, int64_t max_size)
{
    struct policy_cache *cache = policy_cache_open(directory->path, max_size, 1000, &err);
    ck_assert_msg(cache != NULL, "%s", err.text);
    return cache;
}

static void policy_cache_store(struct policy_cache *cache, const char *name, const unsigned char *state,
                               const char *content)
{
    struct policy_cache_entry entry;
    struct policy_cached cached;
    size_t half = strlen(content) / 2;
    ck_assert(policy_cache_begin(cache, &entry, &err));
    ck_assert(policy_cache_write(&entry, content, half, &err));
    ck_assert(policy_cache_write(&entry, content + half, strlen(content) - half, &err));
    ck_assert_msg(policy_cache_commit(cache, &entry, name, state, &cached, &err), "%s", err.text);
    ck_assert_int_eq(cached.length, (int64_t)strlen(content));
    policy_cached_close(&cached);
}

static void expect_archive(const struct policy_cached *cached, const char *content)
{
    char text[64] = "";
    unsigned char digest[POLICY_DIGEST_SIZE];
    ck_assert_int_ge(cached->fd, 0);
    ck_assert_int_eq(pread(cached->fd, text, sizeof text - 1, cached->from), (ssize_t)strlen(content));
    ck_assert_str_eq(text, content);
    ck_assert_int_eq(cached->length, (int64_t)strlen(content));
    digest_sha256(digest, content, strlen(content));
    ck_assert_mem_eq(cached->digest, digest, sizeof digest);
}

START_TEST(an_archive_is_found_by_name_and_state)
{
    struct tmpdir directory = tmpdir_make();
    struct policy_cache *cache = open_cache(&directory, 1000000);
    struct policy_cached cached;
    ck_assert(!policy_cache_find(cache, "a.zip", old_state, &cached));
    policy_cache_store(cache, "a.zip", old_state, "content");
    ck_assert(!policy_cache_find(cache, "a.zip", new_state, &cached));
    ck_assert(!policy_cache_find(cache, "b.zip", old_state, &cached));
    ck_assert(policy_cache_find(cache, "a.zip", old_state, &cached));
    policy_cache_store(cache, "a.zip", new_state, "other");
    expect_archive(&cached, "content"); /* what is open stays */
    policy_cached_close(&cached);
    ck_assert(!policy_cache_find(cache, "a.zip", old_state, &cached));
    policy_cache_close(cache);
    cache = open_cache(&directory, 1000000);
    ck_assert(policy_cache_find(cache, "a.zip", new_state, &cached));
    expect_archive(&cached, "other");
    policy_cached_close(&cached);
    policy_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_same_content_keeps_its_date)
{
    struct tmpdir directory = tmpdir_make();
    struct policy_cache *cache = open_cache(&directory, 1000000);
    struct policy_cached cached;
    int64_t long_ago = 1000000000;
    policy_cache_store(cache, "a.zip", old_state, "content");
    int fd = openat(directory.fd, "a.zip", O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(pwrite(fd, &long_ago, sizeof long_ago, offsetof(struct policy_record, made)), sizeof long_ago);
    close(fd);
    policy_cache_store(cache, "a.zip", new_state, "content");
    ck_assert(policy_cache_find(cache, "a.zip", new_state, &cached));
    ck_assert_int_eq(cached.made, long_ago);
    policy_cached_close(&cached);
    policy_cache_store(cache, "a.zip", new_state, "other");
    ck_assert(policy_cache_find(cache, "a.zip", new_state, &cached));
    ck_assert_int_gt(cached.made, long_ago);
    policy_cached_close(&cached);
    policy_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_is_damaged_is_not_there)
{
    struct tmpdir directory = tmpdir_make();
    struct policy_cache *cache = open_cache(&directory, 1000000);
    struct policy_cached cached;
    static const off_t lengths[] = {0, 10, sizeof(struct policy_record) + 3};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        policy_cache_store(cache, "a.zip", old_state, "content");
        int fd = openat(directory.fd, "a.zip", O_WRONLY | O_CLOEXEC);
        ck_assert_int_eq(ftruncate(fd, lengths[i]), 0);
        close(fd);
        ck_assert_msg(!policy_cache_find(cache, "a.zip", old_state, &cached), "%zu", i);
    }
    policy_cache_store(cache, "a.zip", old_state, "content");
    int fd = openat(directory.fd, "a.zip", O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(pwrite(fd, "X", 1, 0), 1);
    close(fd);
    ck_assert(!policy_cache_find(cache, "a.zip", old_state, &cached));
    ck_assert_int_eq(unlinkat(directory.fd, "a.zip", 0), 0);
    tree_link(directory.fd, "/dev/zero", "a.zip");
    ck_assert(!policy_cache_find(cache, "a.zip", old_state, &cached));
    policy_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(archives_go_when_they_are_too_many_their_records_stay)
{
    struct tmpdir directory = tmpdir_make();
    struct policy_cache *cache = open_cache(&directory, 2 * (sizeof(struct policy_record) + 20));
    struct policy_cached cached, open;
    policy_cache_store(cache, "a.zip", old_state, "content, 20 bytes ..");
    policy_cache_store(cache, "b.zip", old_state, "content, 20 bytes ..");
    tmpdir_age(directory.fd, "a.zip", 50);
    tmpdir_age(directory.fd, "b.zip", 100);
    policy_cache_trim(cache);
    ck_assert(policy_cache_find(cache, "b.zip", old_state, &open));
    ck_assert_int_ge(open.fd, 0);
    policy_cache_store(cache, "c.zip", old_state, "content, 20 bytes ..");
    policy_cache_trim(cache);
    ck_assert(policy_cache_find(cache, "b.zip", old_state, &cached));
    ck_assert_int_eq(cached.fd, -1);
    ck_assert_int_eq(cached.length, 20);
    expect_archive(&open, "content, 20 bytes ..");
    policy_cached_close(&open);
    ck_assert(policy_cache_find(cache, "c.zip", old_state, &cached));
    ck_assert_int_ge(cached.fd, 0);
    policy_cached_close(&cached);
    policy_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_nobody_asked_for_goes)
{
    struct tmpdir directory = tmpdir_make();
    struct policy_cache *cache = open_cache(&directory, 1000000);
    policy_cache_store(cache, "a.zip", old_state, "content");
    policy_cache_store(cache, "b.zip", old_state, "content");
    tmpdir_age(directory.fd, "a.zip", 2000);
    policy_cache_trim(cache);
    ck_assert(!tmpdir_has(directory.fd, "a.zip"));
    ck_assert(tmpdir_has(directory.fd, "b.zip"));
    policy_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_is_used_is_not_old)
{
    struct tmpdir directory = tmpdir_make();
    struct policy_cache *cache = policy_cache_open(directory.path, 1000000, 10000, &err);
    struct policy_cached cached;
    policy_cache_store(cache, "a.zip", old_state, "content");
    tmpdir_age(directory.fd, "a.zip", 20000);
    ck_assert(policy_cache_find(cache, "a.zip", old_state, &cached));
    policy_cached_close(&cached);
    policy_cache_trim(cache);
    ck_assert(tmpdir_has(directory.fd, "a.zip"));
    policy_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_is_abandoned_leaves_nothing)
{
    struct tmpdir directory = tmpdir_make();
    char path[128];
    snprintf(path, sizeof path, "%s/made", directory.path);
    struct policy_cache *cache = policy_cache_open(path, 1000, 1000, &err);
    ck_assert_msg(cache != NULL, "%s", err.text);
    struct policy_cache_entry entry;
    ck_assert(policy_cache_begin(cache, &entry, &err));
    ck_assert(policy_cache_write(&entry, "x", 1, &err));
    policy_cache_abandon(&entry);
    policy_cache_close(cache);
    ck_assert_int_eq(rmdir(path), 0);
    snprintf(path, sizeof path, "%s/not/there", directory.path);
    ck_assert_ptr_null(policy_cache_open(path, 1000, 1000, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "policies.cache_directory"));
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("policy_cache", an_archive_is_found_by_name_and_state, the_same_content_keeps_its_date,
           what_is_damaged_is_not_there, archives_go_when_they_are_too_many_their_records_stay,
           what_nobody_asked_for_goes, what_is_used_is_not_old, what_is_abandoned_leaves_nothing)
