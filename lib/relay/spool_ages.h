/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_ages: how long the files of a directory have been there, whatever the clock says.
 *
 * File times and the clock are no use for this: a clock that jumps ahead would make every waiting file old. So the
 * cleaner notes which files it sees, and counts the time in which the machine was up between one look and the next
 * (CLOCK_MONOTONIC, as long as the boot id stays the same; the time over a reboot does not count). The age of a file is
 * the time counted since the first look that saw it. In doubt a file counts as younger: when notes are missing or
 * damaged, when a second program writes the same notes, when an inode was changed.
 *
 * File format, text: "rudder-relay ages 1 <boot id> <monotonic seconds> <seconds counted>", then for each file a line
 * "<inode> <ctime seconds> <ctime nanoseconds> <seconds counted when it was first seen>". A file is known by its inode
 * and ctime; the latter is compared with itself only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "util/err.h"

struct spool_ages;

enum { SPOOL_AGES_BOOT_SIZE = 40 };

struct spool_ages_now {
    char boot[SPOOL_AGES_BOOT_SIZE]; /* changes with each boot; "-" when the system has none */
    int64_t monotonic;               /* seconds */
};

struct spool_ages_now spool_ages_now(void);

/* Reads the notes of the last look, the file `name` in dir_fd. Never NULL. */
struct spool_ages *spool_ages_open(int dir_fd, const char *name, const struct spool_ages_now *now);
void spool_ages_close(struct spool_ages *ages);

/* The file's age in seconds, 0 when this is the first look. The file is noted for the next look. */
int64_t spool_ages_of(struct spool_ages *ages, const struct stat *status);

/* Writes the notes of all files that were asked for, in place of those that were read. Without any file, no notes are
 * kept. */
bool spool_ages_write(struct spool_ages *ages, struct err *err);
