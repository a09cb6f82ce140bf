/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool_ages.h"

#include "support/suite.h"
#include "support/tmpdir.h"

enum { DAY = 86400 };

/* One look at the files x and y, `monotonic` seconds after the boot. Returns the age of x. */
static int64_t age_at(const struct tmpdir *directory, const char *boot, int64_t monotonic)
{
    struct spool_ages_now now = {.monotonic = monotonic};
    struct stat x, y;
    struct err err = {""};
    snprintf(now.boot, sizeof now.boot, "%s", boot);
    struct spool_ages *ages = spool_ages_open(directory->fd, ".ages", &now);
    ck_assert_int_eq(fstatat(directory->fd, "x", &x, 0), 0);
    ck_assert_int_eq(fstatat(directory->fd, "y", &y, 0), 0);
    spool_ages_of(ages, &y);
    int64_t age = spool_ages_of(ages, &x);
    ck_assert_msg(spool_ages_write(ages, &err), "%s", err.text);
    spool_ages_close(ages);
    return age;
}

static struct tmpdir make_files(void)
{
    struct tmpdir directory = tmpdir_make();
    tmpdir_write(directory.fd, "x", "x");
    tmpdir_write(directory.fd, "y", "y");
    return directory;
}

START_TEST(time_counts_while_the_machine_is_up)
{
    struct tmpdir directory = make_files();
    ck_assert_int_eq(age_at(&directory, "boot-1", 1000), 0);
    ck_assert_int_eq(age_at(&directory, "boot-1", 1000 + 3600), 3600);
    ck_assert_int_eq(age_at(&directory, "boot-1", 1000 + 7200), 7200);
    ck_assert_int_eq(age_at(&directory, "boot-2", 50), 7200);
    ck_assert_int_eq(age_at(&directory, "boot-2", 150), 7300);
    ck_assert_int_eq(age_at(&directory, "boot-3", 900000), 7300); /* up for long, but not while we looked */
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_clock_does_not_count)
{
    struct tmpdir directory = make_files();
    tmpdir_age(directory.fd, "x", 100 * DAY);
    ck_assert_int_eq(age_at(&directory, "boot-1", 1000), 0);
    ck_assert_int_eq(age_at(&directory, "boot-1", 1010), 10);
    ck_assert_int_eq(age_at(&directory, "boot-1", 900), 10); /* nor does one that goes back */
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(another_file_of_the_name_is_new)
{
    struct tmpdir directory = make_files();
    age_at(&directory, "boot-1", 1000);
    ck_assert_int_eq(age_at(&directory, "boot-1", 1000 + DAY), DAY);
    tmpdir_write(directory.fd, "z", "z");
    ck_assert_int_eq(renameat(directory.fd, "z", directory.fd, "x"), 0);
    ck_assert_int_eq(age_at(&directory, "boot-1", 1000 + 2 * DAY), 0);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(damaged_notes_make_files_younger)
{
    static const char *const damaged[] = {
        "", "\n", "something else", "rudder-relay ages 2 boot-1 1000 5000\n", "rudder-relay ages 1 boot-1 1000\n",
        "rudder-relay ages 1 boot-1 1000 -5000\n", "rudder-relay ages 1 boot-1 1000 5000\n1 2\n",
    };
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        struct tmpdir directory = make_files();
        tmpdir_write(directory.fd, ".ages", damaged[i]);
        ck_assert_msg(age_at(&directory, "boot-1", 100000) == 0, "%s", damaged[i]);
        ck_assert_int_eq(age_at(&directory, "boot-1", 100010), 10);
        tmpdir_remove(&directory);
    }
}
END_TEST

START_TEST(notes_of_the_future_are_not_believed)
{
    struct tmpdir directory = make_files();
    struct stat x;
    char notes[200];
    ck_assert_int_eq(fstatat(directory.fd, "x", &x, 0), 0);
    for (int i = 0; i < 2; i++) {
        snprintf(notes, sizeof notes, "rudder-relay ages 1 boot-1 1000 5000\n%llu %lld %ld %s\n",
                 (unsigned long long)x.st_ino, (long long)x.st_ctim.tv_sec, x.st_ctim.tv_nsec, i == 0 ? "9999" : "-9");
        tmpdir_write(directory.fd, ".ages", notes);
        ck_assert_int_eq(age_at(&directory, "boot-1", 1000), 0);
    }
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_boot_is_known)
{
    struct spool_ages_now now = spool_ages_now();
    ck_assert_int_ge(now.monotonic, 0);
    ck_assert_str_ne(now.boot, "");
    ck_assert_str_eq(now.boot, spool_ages_now().boot);
}
END_TEST

SUITE_MAIN("spool_ages", time_counts_while_the_machine_is_up, the_clock_does_not_count, another_file_of_the_name_is_new,
           damaged_notes_make_files_younger, notes_of_the_future_are_not_believed, the_boot_is_known)
