/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "relay/spool_ages.h"
#include "relay/spool_private.h"
#include "util/log.h"
#include "util/safe_file.h"

#define LOG_COMPONENT "spool"

enum { SECONDS_A_DAY = 24 * 3600 };

struct clean {
    int dir_fd;
    struct spool_ages *ages;
    int64_t retention;
    bool failed;
    size_t removed;
};

static bool clean_one(void *context, const struct spool_entry *entry)
{
    struct clean *clean = context;
    bool old = spool_ages_of(clean->ages, entry->status) > clean->retention;
    if (old && spool_remove_from(clean->dir_fd, entry->name, entry->status, NULL)) {
        clean->removed++;
        if (clean->failed) {
            spool_reason_remove(clean->dir_fd, entry->name);
        }
    }
    return true;
}

/* Cleans one directory. The notes are in failed/, which belongs to the forwarder. If they cannot be written, no file
 * ages. */
static size_t clean_directory(struct spool *spool, int dir_fd, const char *directory, int64_t retention)
{
    char notes[SAFE_FILE_NAME_SIZE];
    struct err err;
    struct spool_ages_now now = spool_ages_now();
    snprintf(notes, sizeof notes, ".ages-%s", directory);
    struct clean clean = {
        .dir_fd = dir_fd,
        .ages = spool_ages_open(spool->failed_fd, notes, &now),
        .retention = retention,
        .failed = dir_fd == spool->failed_fd,
    };
    if (!spool_scan(dir_fd, clean_one, &clean, &err) || !spool_ages_write(clean.ages, &err)) {
        log_warn("how long files have been there is not noted; they stay longer", log_text("directory", directory),
                 log_text("reason", err.text));
    }
    spool_ages_close(clean.ages);
    return clean.removed;
}

size_t spool_clean(struct spool *spool, int64_t retention, bool incoming)
{
    size_t removed = incoming ? clean_directory(spool, spool->incoming_fd, spool->directory, retention)
                              : clean_directory(spool, spool->failed_fd, "failed", retention);
    return removed + spool_reason_sweep(spool->failed_fd) + safe_file_sweep(spool->incoming_fd, SECONDS_A_DAY) +
           safe_file_sweep(spool->failed_fd, SECONDS_A_DAY);
}
