/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/file.h>

#include "shared-files/shared_cleaner.h"
#include "shared-files/shared_store.h"
#include "support/suite.h"
#include "support/tmpdir.h"

#define HASH "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
#define GOOD                                                                                                           \
    "header=rudder-signature-v1\nalgorithm=sha256\ndigest=00ff\nhash_value=" HASH                                      \
    "\nshort_pubkey=AAEC\nhostname=a\nkeydate=b\nkeyid=c\n"

static struct shared_file_name named(const char *file_id)
{
    struct shared_file_name name;
    ck_assert(
        shared_file_name_set(&name, slice_from_str("target"), slice_from_str("source"), slice_from_str(file_id), NULL));
    return name;
}

static struct shared_file_meta meta_until(int64_t expires)
{
    struct shared_file_meta meta;
    ck_assert(shared_file_meta_parse(&meta, slice_from_str(GOOD), NULL));
    meta.expires = expires;
    return meta;
}

static struct shared_arrival shared_store_begin(const struct tmpdir *directory, const char *file_id, const char *text)
{
    struct shared_file_name name = named(file_id);
    struct shared_arrival arrival;
    struct err err = {0};
    ck_assert_msg(shared_arrival_begin(&arrival, directory->path, &name, 10, 0, &err) == SHARED_DONE, "%s", err.text);
    ck_assert(safe_file_write(&arrival.file, text, strlen(text), &err));
    return arrival;
}

static void shared_store_put(const struct tmpdir *directory, const char *file_id, const char *text, int64_t expires)
{
    struct shared_file_name name = named(file_id);
    struct shared_file_meta meta = meta_until(expires);
    struct shared_arrival arrival = shared_store_begin(directory, file_id, text);
    struct err err = {0};
    ck_assert_msg(shared_arrival_commit(&arrival, &name, &meta, &err) == SHARED_DONE, "%s", err.text);
}

/* The file's text at that moment, "" when there is none. */
static const char *shared_store_found(const struct tmpdir *directory, const char *file_id, int64_t now)
{
    static char text[64];
    struct shared_file_name name = named(file_id);
    struct shared_found it = {.fd = -1};
    struct err err = {0};
    memset(text, 0, sizeof text);
    if (shared_store_find(directory->path, &name, now, &it, &err) == SHARED_DONE) {
        ck_assert_int_eq(read(it.fd, text, sizeof text - 1), it.size);
    }
    shared_found_close(&it);
    return text;
}

static struct shared_cleaned shared_store_clean(const struct tmpdir *directory, int64_t now)
{
    struct shared_cleaned cleaned;
    struct err err;
    ck_assert(shared_cleaner_pass(directory->path, now, &cleaned, &err));
    return cleaned;
}

START_TEST(a_file_comes_and_is_replaced_and_expires)
{
    struct tmpdir directory = tmpdir_make();
    ck_assert_str_eq(shared_store_found(&directory, "a", 1), "");
    shared_store_put(&directory, "a", "first", 100);
    ck_assert_str_eq(shared_store_found(&directory, "a", 99), "first");
    ck_assert_str_eq(shared_store_found(&directory, "a", 100), "");
    shared_store_put(&directory, "a", "second", 200);
    ck_assert_str_eq(shared_store_found(&directory, "a", 100), "second");
    struct shared_arrival arrival = shared_store_begin(&directory, "a", "third");
    shared_arrival_abandon(&arrival);
    ck_assert_str_eq(shared_store_found(&directory, "a", 100), "second");
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(half_of_it_is_nothing)
{
    struct tmpdir directory = tmpdir_make();
    shared_store_put(&directory, "a", "text", 100);
    shared_store_put(&directory, "b", "text", 100);
    ck_assert_int_eq(unlinkat(directory.fd, "target/files/source/a.metadata", 0), 0);
    ck_assert_int_eq(unlinkat(directory.fd, "target/files/source/b", 0), 0);
    ck_assert_str_eq(shared_store_found(&directory, "a", 1), "");
    ck_assert_str_eq(shared_store_found(&directory, "b", 1), "");
    tmpdir_remove(&directory);
}
END_TEST

/* Cut by a full disk under the original daemon, say. */
START_TEST(damaged_metadata_are_nothing)
{
    static const char *const damaged[] = {"", "header=rudder-signature-v1\n",
                                          "header=rudder-signature-v1\nalgorithm=sha", "\n\n", "x"};
    struct tmpdir directory = tmpdir_make();
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        shared_store_put(&directory, "a", "text", 100);
        ck_assert_str_eq(shared_store_found(&directory, "a", 1), "text");
        tmpdir_write(directory.fd, "target/files/source/a.metadata", damaged[i]);
        struct shared_file_name name = named("a");
        struct shared_found it = {.fd = -1};
        struct err err = {0};
        ck_assert_int_eq(shared_store_find(directory.path, &name, 1, &it, &err), SHARED_ABSENT);
        shared_found_close(&it);
    }
    shared_store_put(&directory, "a", "anew", 100);
    ck_assert_str_eq(shared_store_found(&directory, "a", 1), "anew");
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(links_lead_nowhere)
{
    struct tmpdir directory = tmpdir_make();
    struct tmpdir outside = tmpdir_make();
    shared_store_put(&outside, "a", "outside", 100);
    char there[128];
    snprintf(there, sizeof there, "%s/target", outside.path);
    ck_assert_int_eq(symlinkat(there, directory.fd, "target"), 0);
    ck_assert_str_eq(shared_store_found(&directory, "a", 1), "");
    struct shared_file_name name = named("b");
    struct shared_arrival arrival;
    struct err err = {0};
    ck_assert_int_eq(shared_arrival_begin(&arrival, directory.path, &name, 1, 0, &err), SHARED_FAILED);
    ck_assert(!tmpdir_has(outside.fd, "target/files/source/b"));
    ck_assert_uint_eq(shared_store_clean(&directory, 1000).expired, 0);
    ck_assert_str_eq(shared_store_found(&outside, "a", 1), "outside");
    ck_assert_int_eq(unlinkat(directory.fd, "target", 0), 0);
    shared_store_put(&directory, "c", "inside", 100); /* now with a link for the file itself */
    ck_assert_int_eq(unlinkat(directory.fd, "target/files/source/c", 0), 0);
    ck_assert_int_eq(symlinkat("/etc/passwd", directory.fd, "target/files/source/c"), 0);
    ck_assert_str_eq(shared_store_found(&directory, "c", 1), "");
    shared_store_put(&directory, "c", "again", 100);
    ck_assert_str_eq(shared_store_found(&directory, "c", 1), "again");
    tmpdir_remove(&outside);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(no_room)
{
    struct tmpdir directory = tmpdir_make();
    struct shared_file_name name = named("a");
    struct shared_arrival arrival;
    struct err err = {0};
    ck_assert_int_eq(shared_arrival_begin(&arrival, directory.path, &name, 1, INT64_C(1) << 60, &err), SHARED_NO_SPACE);
    ck_assert(!tmpdir_has(directory.fd, "target"));
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_cleaner_takes_what_has_expired)
{
    struct tmpdir directory = tmpdir_make();
    shared_store_put(&directory, "old", "text", 100);
    shared_store_put(&directory, "new", "text", 200);
    ck_assert_uint_eq(shared_store_clean(&directory, 99).expired, 0);
    struct shared_cleaned cleaned = shared_store_clean(&directory, 150);
    ck_assert_uint_eq(cleaned.expired, 1);
    ck_assert_uint_eq(cleaned.left_over, 0);
    ck_assert(!tmpdir_has(directory.fd, "target/files/source/old"));
    ck_assert(!tmpdir_has(directory.fd, "target/files/source/old.metadata"));
    ck_assert_str_eq(shared_store_found(&directory, "new", 150), "text");
    cleaned = shared_store_clean(&directory, 200);
    ck_assert_uint_eq(cleaned.expired, 1);
    ck_assert_uint_eq(cleaned.left_over, 3); /* the directories */
    ck_assert(!tmpdir_has(directory.fd, "target"));
    shared_store_put(&directory, "new", "text", 300);
    ck_assert_str_eq(shared_store_found(&directory, "new", 1), "text");
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_cleaner_takes_what_was_left_and_nothing_else)
{
    struct tmpdir directory = tmpdir_make();
    shared_store_put(&directory, "stays", "text", INT64_MAX / 2 / 1000000);
    int fd = openat(directory.fd, "target/files/source", O_RDONLY | O_DIRECTORY);
    tmpdir_write(fd, ".0123456789abcdef.tmp", "x");
    tmpdir_write(fd, ".123456789abcdef0.tmp", "x");
    tmpdir_age(fd, ".0123456789abcdef.tmp", 700);
    tmpdir_write(fd, "alone", "x");
    tmpdir_write(fd, "broken.metadata", "x");
    struct shared_arrival arrival = shared_store_begin(&directory, "coming", "x");
    int64_t now = time(NULL);
    ck_assert_uint_eq(shared_store_clean(&directory, now).left_over, 1);
    ck_assert(!tmpdir_has(fd, ".0123456789abcdef.tmp"));
    ck_assert(tmpdir_has(fd, ".123456789abcdef0.tmp"));
    ck_assert(tmpdir_has(fd, "alone"));
    ck_assert_uint_eq(shared_store_clean(&directory, now + 2 * 24 * 3600).left_over, 1);
    ck_assert(!tmpdir_has(fd, "alone"));
    ck_assert(tmpdir_has(fd, "broken.metadata"));
    ck_assert(tmpdir_has(fd, "stays"));
    ck_assert(tmpdir_has(fd, arrival.file.temporary));
    shared_arrival_abandon(&arrival);
    close(fd);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(cleaners_take_turns)
{
    struct tmpdir directory = tmpdir_make();
    shared_store_put(&directory, "a", "text", 1);
    ck_assert_int_eq(shared_cleaner_run(directory.path, 60), 60);
    ck_assert(!tmpdir_has(directory.fd, "target"));
    shared_store_put(&directory, "a", "text", 1);
    int64_t wait = shared_cleaner_run(directory.path, 60);
    ck_assert(wait > 0 && wait <= 60);
    ck_assert(tmpdir_has(directory.fd, "target"));
    tmpdir_age(directory.fd, ".cleaned", 61);
    int fd = openat(directory.fd, ".cleaned", O_RDONLY);
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    ck_assert_int_eq(shared_cleaner_run(directory.path, 60), 60); /* somebody does */
    ck_assert(tmpdir_has(directory.fd, "target"));
    close(fd);
    ck_assert_int_eq(shared_cleaner_run(directory.path, 60), 60);
    ck_assert(!tmpdir_has(directory.fd, "target"));
    ck_assert_int_eq(shared_cleaner_run("/no/such/directory", 60), 60);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("shared_store", a_file_comes_and_is_replaced_and_expires, half_of_it_is_nothing,
           damaged_metadata_are_nothing, links_lead_nowhere, no_room, the_cleaner_takes_what_has_expired,
           the_cleaner_takes_what_was_left_and_nothing_else, cleaners_take_turns)
