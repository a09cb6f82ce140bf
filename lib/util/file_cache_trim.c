/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/dir_stream.h"
#include "util/file_cache_private.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "file_cache"

enum {
    EVERY_MS = 600 * 1000,
    SHARE_OF_ROOM = 16, /* when this part of the room has been filled by one process, it is time, too */
    DOWN_TO_PERCENT = 80,
    FILE_MODE = 0600,
};

struct cache_file {
    char name[NAME_MAX + 1];
    time_t used;
    int64_t bytes;
};

struct cache_files {
    struct cache_file *at;
    size_t count;
    size_t room;
    int64_t bytes;
};

static void file_cache_trim_gather(struct cache_files *files, const char *name, const struct stat *status)
{
    if (files->count == files->room) {
        files->room = files->room > 0 ? 2 * files->room : 64;
        files->at = xreallocarray(files->at, files->room, sizeof *files->at);
    }
    struct cache_file *file = &files->at[files->count++];
    *file = (struct cache_file){.used = status->st_mtime, .bytes = status->st_size};
    memcpy(file->name, name, strlen(name) + 1);
    files->bytes += status->st_size;
}

/* Removes what is too old, gathers the contents that stay. Names with a dot in front are being written. */
static void look_through(const struct file_cache *cache, DIR *dir, struct cache_files *files)
{
    time_t oldest = time(NULL) - (time_t)cache->retention;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct stat status;
        if (entry->d_name[0] == '.' || fstatat(cache->fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(status.st_mode)) {
            continue;
        }
        if (status.st_mtime < oldest) {
            (void)unlinkat(cache->fd, entry->d_name, 0);
        } else if (status.st_size > (off_t)sizeof(struct file_cache_record)) {
            file_cache_trim_gather(files, entry->d_name, &status);
        }
    }
}

static int longest_unused_first(const void *a, const void *b)
{
    const struct cache_file *left = a, *right = b;
    return (left->used > right->used) - (left->used < right->used);
}

/* The record takes the place of record and content, by rename: whoever reads the content reads on. */
static bool drop_content(const struct file_cache *cache, const struct cache_file *file)
{
    struct file_cache_record record;
    struct safe_file kept;
    bool whole, done = false;
    int fd = openat(cache->fd, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    if (!file_cache_record_read(fd, &record, &whole)) {
        done = unlinkat(cache->fd, file->name, 0) == 0;
    } else if (safe_file_create(&kept, cache->fd, FILE_MODE, NULL)) {
        const struct timespec times[] = {{file->used, 0}, {file->used, 0}};
        done = write(kept.fd, &record, sizeof record) == (ssize_t)sizeof record && futimens(kept.fd, times) == 0;
        if (done) {
            done = safe_file_commit(&kept, file->name, NULL);
        } else {
            safe_file_abandon(&kept);
        }
    }
    close(fd);
    return done;
}

static void drop_contents(const struct file_cache *cache, struct cache_files *files)
{
    int64_t before = files->bytes, aim = cache->max_size / 100 * DOWN_TO_PERCENT;
    size_t dropped = 0;
    if (files->bytes <= cache->max_size) {
        return;
    }
    qsort(files->at, files->count, sizeof *files->at, longest_unused_first);
    for (size_t i = 0; i < files->count && files->bytes > aim; i++) {
        if (drop_content(cache, &files->at[i])) {
            files->bytes -= files->at[i].bytes;
            dropped++;
        }
    }
    log_info("files dropped from the cache", log_number("files", (int64_t)dropped),
             log_number("bytes", before - files->bytes), log_number("left", files->bytes));
}

/* One process at a time: the others leave it to that one. */
void file_cache_trim(struct file_cache *cache)
{
    int64_t now = clock_ms();
    bool recently = cache->trimmed != 0 && now - cache->trimmed < EVERY_MS;
    if (recently && cache->stored <= cache->max_size / SHARE_OF_ROOM) {
        return;
    }
    DIR *dir = dir_stream_open(cache->fd);
    if (dir == NULL) {
        return;
    }
    cache->trimmed = now;
    cache->stored = 0;
    if (flock(dirfd(dir), LOCK_EX | LOCK_NB) == 0) {
        struct cache_files files = {0};
        look_through(cache, dir, &files);
        drop_contents(cache, &files);
        free(files.at);
    }
    closedir(dir); /* and the lock with it */
}
