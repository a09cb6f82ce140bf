/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/wait.h>

#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/digest.h"
#include "util/file_cache.h"
#include "util/file_cache_private.h"

static const char old_note[] = "old", new_note[] = "new";
static struct err err;

static struct file_cache *open_cache(const struct tmpdir *directory, int64_t max_size)
{
    struct file_cache *cache = file_cache_open(directory->path, max_size, 1000, &err);
    ck_assert_msg(cache != NULL, "%s", err.text);
    return cache;
}

static void file_cache_store(struct file_cache *cache, const char *name, const char *note, const char *content)
{
    struct file_cache_entry entry;
    struct file_cached cached;
    size_t half = strlen(content) / 2;
    ck_assert(file_cache_begin(cache, &entry, &err));
    ck_assert(file_cache_write(&entry, content, half, &err));
    ck_assert(file_cache_write(&entry, content + half, strlen(content) - half, &err));
    ck_assert_msg(file_cache_commit(cache, &entry, name, note, strlen(note) + 1, &cached, &err), "%s", err.text);
    ck_assert_int_eq(cached.length, (int64_t)strlen(content));
    file_cached_close(&cached);
}

static void expect_archive(const struct file_cached *cached, const char *content)
{
    char text[64] = "";
    unsigned char digest[FILE_CACHE_DIGEST_SIZE];
    ck_assert_int_ge(cached->fd, 0);
    ck_assert_int_eq(pread(cached->fd, text, sizeof text - 1, cached->from), (ssize_t)strlen(content));
    ck_assert_str_eq(text, content);
    ck_assert_int_eq(cached->length, (int64_t)strlen(content));
    digest_sha256(digest, content, strlen(content));
    ck_assert_mem_eq(cached->digest, digest, sizeof digest);
}

/* Is there a content of this name with that note? */
static bool found(struct file_cache *cache, const char *name, const char *note, struct file_cached *cached)
{
    if (file_cache_find(cache, name, cached) && strcmp((const char *)cached->note, note) == 0) {
        return true;
    }
    cached->fd = -1;
    return false;
}

START_TEST(a_content_is_found_by_name_with_its_note)
{
    struct tmpdir directory = tmpdir_make();
    struct file_cache *cache = open_cache(&directory, 1000000);
    struct file_cached cached;
    ck_assert(!found(cache, "a.zip", old_note, &cached));
    file_cache_store(cache, "a.zip", old_note, "content");
    ck_assert(!found(cache, "a.zip", new_note, &cached));
    ck_assert(!found(cache, "b.zip", old_note, &cached));
    ck_assert(found(cache, "a.zip", old_note, &cached));
    file_cache_store(cache, "a.zip", new_note, "other");
    expect_archive(&cached, "content"); /* what is open stays */
    file_cached_close(&cached);
    ck_assert(!found(cache, "a.zip", old_note, &cached));
    file_cache_close(cache);
    cache = open_cache(&directory, 1000000);
    ck_assert(found(cache, "a.zip", new_note, &cached));
    expect_archive(&cached, "other");
    file_cached_close(&cached);
    file_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_same_content_keeps_its_date)
{
    struct tmpdir directory = tmpdir_make();
    struct file_cache *cache = open_cache(&directory, 1000000);
    struct file_cached cached;
    int64_t long_ago = 1000000000;
    file_cache_store(cache, "a.zip", old_note, "content");
    int fd = openat(directory.fd, "a.zip", O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(pwrite(fd, &long_ago, sizeof long_ago, offsetof(struct file_cache_record, made)), sizeof long_ago);
    close(fd);
    file_cache_store(cache, "a.zip", new_note, "content");
    ck_assert(found(cache, "a.zip", new_note, &cached));
    ck_assert_int_eq(cached.made, long_ago);
    file_cached_close(&cached);
    file_cache_store(cache, "a.zip", new_note, "other");
    ck_assert(found(cache, "a.zip", new_note, &cached));
    ck_assert_int_gt(cached.made, long_ago);
    file_cached_close(&cached);
    file_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_is_damaged_is_not_there)
{
    struct tmpdir directory = tmpdir_make();
    struct file_cache *cache = open_cache(&directory, 1000000);
    struct file_cached cached;
    static const off_t lengths[] = {0, 10, sizeof(struct file_cache_record) + 3};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        file_cache_store(cache, "a.zip", old_note, "content");
        int fd = openat(directory.fd, "a.zip", O_WRONLY | O_CLOEXEC);
        ck_assert_int_eq(ftruncate(fd, lengths[i]), 0);
        close(fd);
        ck_assert_msg(!found(cache, "a.zip", old_note, &cached), "%zu", i);
    }
    file_cache_store(cache, "a.zip", old_note, "content");
    int fd = openat(directory.fd, "a.zip", O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(pwrite(fd, "X", 1, 0), 1);
    close(fd);
    ck_assert(!found(cache, "a.zip", old_note, &cached));
    ck_assert_int_eq(unlinkat(directory.fd, "a.zip", 0), 0);
    ck_assert_int_eq(symlinkat("/dev/zero", directory.fd, "a.zip"), 0);
    ck_assert(!found(cache, "a.zip", old_note, &cached));
    file_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(contents_go_when_they_are_too_many_their_records_stay)
{
    struct tmpdir directory = tmpdir_make();
    struct file_cache *cache = open_cache(&directory, 2 * (sizeof(struct file_cache_record) + 20));
    struct file_cached cached, open;
    file_cache_store(cache, "a.zip", old_note, "content, 20 bytes ..");
    file_cache_store(cache, "b.zip", old_note, "content, 20 bytes ..");
    tmpdir_age(directory.fd, "a.zip", 50);
    tmpdir_age(directory.fd, "b.zip", 100);
    file_cache_trim(cache);
    ck_assert(found(cache, "b.zip", old_note, &open));
    ck_assert_int_ge(open.fd, 0);
    file_cache_store(cache, "c.zip", old_note, "content, 20 bytes ..");
    file_cache_trim(cache);
    ck_assert(found(cache, "b.zip", old_note, &cached));
    ck_assert_int_eq(cached.fd, -1);
    ck_assert_int_eq(cached.length, 20);
    expect_archive(&open, "content, 20 bytes ..");
    file_cached_close(&open);
    ck_assert(found(cache, "c.zip", old_note, &cached));
    ck_assert_int_ge(cached.fd, 0);
    file_cached_close(&cached);
    file_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_nobody_asked_for_goes)
{
    struct tmpdir directory = tmpdir_make();
    struct file_cache *cache = open_cache(&directory, 1000000);
    file_cache_store(cache, "a.zip", old_note, "content");
    file_cache_store(cache, "b.zip", old_note, "content");
    tmpdir_age(directory.fd, "a.zip", 2000);
    file_cache_trim(cache);
    ck_assert(!tmpdir_has(directory.fd, "a.zip"));
    ck_assert(tmpdir_has(directory.fd, "b.zip"));
    file_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_is_used_is_not_old)
{
    struct tmpdir directory = tmpdir_make();
    struct file_cache *cache = file_cache_open(directory.path, 1000000, 10000, &err);
    struct file_cached cached;
    file_cache_store(cache, "a.zip", old_note, "content");
    tmpdir_age(directory.fd, "a.zip", 20000);
    ck_assert(found(cache, "a.zip", old_note, &cached));
    file_cached_close(&cached);
    file_cache_trim(cache);
    ck_assert(tmpdir_has(directory.fd, "a.zip"));
    file_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_is_abandoned_leaves_nothing)
{
    struct tmpdir directory = tmpdir_make();
    char path[128];
    snprintf(path, sizeof path, "%s/made", directory.path);
    struct file_cache *cache = file_cache_open(path, 1000, 1000, &err);
    ck_assert_msg(cache != NULL, "%s", err.text);
    struct file_cache_entry entry;
    ck_assert(file_cache_begin(cache, &entry, &err));
    ck_assert(file_cache_write(&entry, "x", 1, &err));
    file_cache_abandon(&entry);
    file_cache_close(cache);
    ck_assert_int_eq(rmdir(path), 0);
    snprintf(path, sizeof path, "%s/not/there", directory.path);
    ck_assert_ptr_null(file_cache_open(path, 1000, 1000, &err));
    ck_assert_ptr_nonnull(strstr(err.text, path));
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_note_is_replaced_and_the_content_stays)
{
    struct tmpdir directory = tmpdir_make();
    struct file_cache *cache = open_cache(&directory, 1000000);
    struct file_cached cached;
    ck_assert(!file_cache_set_note(cache, "a.zip", "new", 4));
    file_cache_store(cache, "a.zip", "a long old note", "content");
    ck_assert(file_cache_set_note(cache, "a.zip", "new", 4));
    ck_assert(found(cache, "a.zip", "new", &cached));
    for (size_t i = 4; i < sizeof cached.note; i++) {
        ck_assert_int_eq(cached.note[i], 0);
    }
    expect_archive(&cached, "content");
    file_cache_remove(cache, "a.zip");
    expect_archive(&cached, "content");
    file_cached_close(&cached);
    ck_assert(!file_cache_find(cache, "a.zip", &cached));
    file_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(one_process_has_the_lock_of_a_name)
{
    struct tmpdir directory = tmpdir_make();
    struct file_cache *cache = open_cache(&directory, 1000000);
    int lock = file_cache_lock(cache, "a.zip", 0);
    ck_assert_int_ge(lock, 0);
    ck_assert_int_eq(file_cache_lock(cache, "a.zip", 0), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(file_cache_lock(cache, "a.zip", 50), -1);
    int other = file_cache_lock(cache, "b.zip", 0);
    ck_assert_int_ge(other, 0);
    close(other);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) { /* waits until it is free */
        close(lock);
        _exit(file_cache_lock(cache, "a.zip", 60000) >= 0 ? 0 : 1);
    }
    close(lock);
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    lock = file_cache_lock(cache, "a.zip", 60000); /* its end has freed it */
    ck_assert_int_ge(lock, 0);
    close(lock);
    file_cache_close(cache);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("file_cache", a_content_is_found_by_name_with_its_note, the_same_content_keeps_its_date,
           what_is_damaged_is_not_there, contents_go_when_they_are_too_many_their_records_stay,
           what_nobody_asked_for_goes, what_is_used_is_not_old, what_is_abandoned_leaves_nothing,
           a_note_is_replaced_and_the_content_stays, one_process_has_the_lock_of_a_name)
