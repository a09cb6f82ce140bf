/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_cleaner: removes what nobody needs any more from the directory of shared files: files that have expired with
 * their metadata, what a killed process left, directories that became empty.
 *
 * It may run beside requests and beside others of its kind: a file is removed under the lock of its directory
 * (shared_store.h) and only if it has expired then, too; a directory only if it is empty and ours. A file without
 * metadata that is older than a day, and ours, is what is left of one that was replaced when the power went. Whatever
 * else lies there stays.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

/* Cleans if nobody did within the last `frequency` seconds and nobody does now. Returns after how many seconds to ask
 * again, at least 1. */
int64_t shared_cleaner_run(const char *path, int64_t frequency);

struct shared_cleaned {
    size_t expired;
    size_t left_over; /* files and directories that nothing belongs to */
};

/* One pass, now: seconds since 1970. False with err when the directory cannot be read. */
bool shared_cleaner_pass(const char *path, int64_t now, struct shared_cleaned *cleaned, struct err *err);
