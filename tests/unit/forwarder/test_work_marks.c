/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/work_marks.h"

#include <string.h>
#include <sys/wait.h>

#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/xmalloc.h"

enum { SLOTS = 4 };

static struct tmpdir directory;
static char left_names[256];

static void note_left(void *context, const struct work_mark *marks, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count; i++) {
        strcat(strcat(left_names, marks[i].name), " ");
    }
}

static struct work_marks *marks_open(void)
{
    struct err err;
    left_names[0] = '\0';
    struct work_marks *marks = work_marks_open(directory.fd, SLOTS, note_left, NULL, &err);
    ck_assert_msg(marks != NULL, "%s", err.text);
    return marks;
}

static const struct stat some_file = {.st_ino = 7, .st_mtim = {1500000000, 5}};

/* A process sets marks and is killed. */
static void marks_killed_with(const char *first, const char *second)
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct work_marks *marks = marks_open();
        work_marks_set(marks, 0, "gone", &some_file);
        work_marks_clear(marks, 0);
        work_marks_set(marks, 1, first, &some_file);
        work_marks_set(marks, SLOTS - 1, second, &some_file);
        work_marks_set(marks, SLOTS, "beyond", &some_file);
        raise(SIGKILL);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status));
}

START_TEST(the_next_process_knows_what_was_in_work)
{
    directory = tmpdir_make();
    marks_killed_with("one.log", "two.log");
    struct work_marks *marks = marks_open();
    ck_assert_str_eq(left_names, "one.log two.log ");
    work_marks_close(marks);
    marks = marks_open(); /* once */
    ck_assert_str_eq(left_names, "");
    work_marks_set(marks, 0, "x", &some_file);
    work_marks_close(marks); /* a clean end */
    marks = marks_open();
    ck_assert_str_eq(left_names, "");
    work_marks_set(marks, 0, "x", &some_file);
    work_marks_forget(marks);
    struct work_marks *next = marks_open();
    ck_assert_str_eq(left_names, "");
    work_marks_close(marks);
    ck_assert(tmpdir_has(directory.fd, ".in-work-0")); /* that of the next */
    work_marks_close(next);
    ck_assert(!tmpdir_has(directory.fd, ".in-work-0"));
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_process_that_lives_keeps_its_marks)
{
    directory = tmpdir_make();
    struct work_marks *first = marks_open();
    work_marks_set(first, 0, "mine.log", &some_file);
    marks_killed_with("a.log", "b.log");
    struct work_marks *second = marks_open();
    ck_assert_str_eq(left_names, "a.log b.log ");
    work_marks_close(first);
    marks_killed_with("c.log", "d.log");
    work_marks_close(second);
    second = marks_open();
    ck_assert_str_eq(left_names, "c.log d.log ");
    work_marks_close(second);
    tmpdir_remove(&directory);
}
END_TEST

/* Of an earlier boot, cut, or something else. */
START_TEST(what_is_no_note_of_this_boot_says_nothing)
{
    struct buffer content = {0};
    struct err err;
    directory = tmpdir_make();
    marks_killed_with("one.log", "two.log");
    ck_assert(safe_file_read(directory.fd, ".in-work-0", 1 << 20, &content, &err));
    for (size_t len = 0; len < content.len + 2; len++) {
        struct buffer copy = {0};
        buffer_add(&copy, content.at, len < content.len ? len : content.len);
        if (len >= content.len) {
            copy.at[len == content.len ? 0 : 16] ^= 1; /* magic, boot */
        }
        FILE *file = fdopen(openat(directory.fd, ".in-work-0", O_WRONLY | O_TRUNC), "w");
        fwrite(copy.at, 1, copy.len, file);
        fclose(file);
        struct work_marks *marks = marks_open();
        ck_assert_str_eq(left_names, "");
        work_marks_close(marks);
        file = fdopen(openat(directory.fd, ".in-work-0", O_WRONLY | O_CREAT, 0600), "w");
        fclose(file);
        buffer_free(&copy);
        len += len < content.len - 3 ? 40 : 0;
    }
    buffer_free(&content);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(without_a_place_there_are_no_marks)
{
    struct err err;
    ck_assert_ptr_null(work_marks_open(-1, SLOTS, note_left, NULL, &err));
    work_marks_set(NULL, 0, "x", &some_file);
    work_marks_clear(NULL, 0);
    work_marks_forget(NULL);
    work_marks_close(NULL);
}
END_TEST

SUITE_MAIN("work_marks", the_next_process_knows_what_was_in_work, a_process_that_lives_keeps_its_marks,
           what_is_no_note_of_this_boot_says_nothing, without_a_place_there_are_no_marks)
