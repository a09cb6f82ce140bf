/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_cleaner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "relay/shared_file_meta.h"
#include "shared-files/shared_file_name.h"
#include "shared-files/shared_store.h"
#include "util/close_fd.h"
#include "util/dir_stream.h"
#include "util/log.h"
#include "util/safe_file.h"

#define LOG_COMPONENT "shared_cleaner"

/* A temporary file that is older than this was left by a killed process: no upload pauses this long, because httpd's
 * time-outs are shorter. */
enum { STALE_SECONDS = 600, WITHOUT_METADATA_SECONDS = 24 * 3600 };

/* The cleaner's mark: no target's directory can have this name. The process that holds its lock cleans; its mtime says
 * when that was done last. */
static const char turn_file[] = ".cleaned";

struct pass {
    int64_t now;
    struct shared_cleaned *cleaned;
    struct buffer text;
};

/* ---- files ---- */

static bool has_expired(struct pass *pass, int dir_fd, const char *metadata)
{
    struct shared_file_meta meta;
    struct err err = {0};
    buffer_clear(&pass->text);
    if (!safe_file_read(dir_fd, metadata, SHARED_FILE_META_MAX_SIZE, &pass->text, &err)) {
        return false;
    }
    if (!shared_file_meta_parse(&meta, buffer_slice(&pass->text), &err)) {
        log_warn("metadata of a shared file cannot be read", log_text("name", metadata), log_text("reason", err.text));
        return false;
    }
    return shared_file_meta_expired(&meta, pass->now);
}

/* Removes the metadata first. If the process is killed in between, a file without metadata is left, which counts as
 * absent. */
static void remove_both(struct pass *pass, int dir_fd, const char *metadata, const char *file_id)
{
    if (unlinkat(dir_fd, metadata, 0) == 0) {
        if (unlinkat(dir_fd, file_id, 0) != 0 && errno != ENOENT) {
            log_warn("an expired file stays", log_text("file", file_id), log_text("reason", strerror(errno)));
        }
        pass->cleaned->expired++;
        log_debug("expired file removed", log_text("file", file_id));
    }
}

static void clean_metadata(struct pass *pass, int dir_fd, const char *metadata, struct slice file_id)
{
    char name[NAME_MAX + 1];
    if (!has_expired(pass, dir_fd, metadata) || !shared_store_lock(dir_fd, true, NULL)) {
        return;
    }
    if (has_expired(pass, dir_fd, metadata)) { /* it may have been replaced by now */
        snprintf(name, sizeof name, "%.*s", (int)file_id.len, file_id.at);
        remove_both(pass, dir_fd, metadata, name);
    }
    shared_store_unlock(dir_fd);
}

static bool is_left_over(const struct pass *pass, int dir_fd, const char *name)
{
    struct stat status;
    char metadata[NAME_MAX + 16];
    snprintf(metadata, sizeof metadata, "%s.metadata", name);
    return fstatat(dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
           status.st_uid == geteuid() && status.st_ctime < pass->now - WITHOUT_METADATA_SECONDS &&
           faccessat(dir_fd, metadata, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

static void clean_file(struct pass *pass, int dir_fd, const char *name)
{
    if (!is_left_over(pass, dir_fd, name) || !shared_store_lock(dir_fd, true, NULL)) {
        return;
    }
    if (is_left_over(pass, dir_fd, name)) {
        pass->cleaned->left_over += unlinkat(dir_fd, name, 0) == 0;
    }
    shared_store_unlock(dir_fd);
}

static void clean_source(struct pass *pass, DIR *directory)
{
    int fd = dirfd(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        struct slice file_id;
        if (dir_stream_is_dots(entry->d_name) || safe_file_is_temporary(entry->d_name)) {
            continue;
        }
        if (slice_ends_with(slice_from_str(entry->d_name), ".metadata")) {
            (void)shared_file_name_is_metadata(entry->d_name, &file_id);
            clean_metadata(pass, fd, entry->d_name, file_id);
        } else {
            clean_file(pass, fd, entry->d_name);
        }
    }
    pass->cleaned->left_over += safe_file_sweep(fd, STALE_SECONDS);
}

/* ---- directories ---- */

/* Removes the directory only if it is empty. A process that makes a file in it at this moment notices, and makes the
 * directory again. */
static void shared_cleaner_remove_directory(struct pass *pass, int parent_fd, const char *name)
{
    struct stat status;
    if (fstatat(parent_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_uid == geteuid()) {
        pass->cleaned->left_over += unlinkat(parent_fd, name, AT_REMOVEDIR) == 0;
    }
}

static void clean_target(struct pass *pass, int target_fd)
{
    DIR *files = dir_stream_open_below(target_fd, "files");
    if (files == NULL) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(files)) != NULL;) {
        DIR *source = dir_stream_is_dots(entry->d_name) ? NULL : dir_stream_open_below(dirfd(files), entry->d_name);
        if (source != NULL) {
            clean_source(pass, source);
            closedir(source);
            shared_cleaner_remove_directory(pass, dirfd(files), entry->d_name);
        }
    }
    closedir(files);
    shared_cleaner_remove_directory(pass, target_fd, "files");
}

bool shared_cleaner_pass(const char *path, int64_t now, struct shared_cleaned *cleaned, struct err *err)
{
    struct pass pass = {.now = now, .cleaned = cleaned};
    *cleaned = (struct shared_cleaned){0};
    DIR *store = opendir(path);
    if (store == NULL) {
        return err_set_errno(err, errno, "%s", path);
    }
    for (struct dirent *entry; (entry = readdir(store)) != NULL;) {
        DIR *target = dir_stream_is_dots(entry->d_name) ? NULL : dir_stream_open_below(dirfd(store), entry->d_name);
        if (target != NULL) {
            clean_target(&pass, dirfd(target));
            closedir(target);
            shared_cleaner_remove_directory(&pass, dirfd(store), entry->d_name);
        }
    }
    closedir(store);
    buffer_free(&pass.text);
    return true;
}

/* ---- taking turns ---- */

static void shared_cleaner_clean(const char *path, int64_t now)
{
    struct shared_cleaned cleaned;
    struct err err = {0};
    if (!shared_cleaner_pass(path, now, &cleaned, &err)) {
        log_warn("shared files are not cleaned", log_text("reason", err.text));
    } else if (cleaned.expired + cleaned.left_over > 0) {
        log_info("shared files cleaned", log_number("expired", (int64_t)cleaned.expired),
                 log_number("left_over", (int64_t)cleaned.left_over));
    }
}

/* We hold the lock. Is it time to clean? Returns after how many seconds it is time again. */
static int64_t take_turn(int turn_fd, const char *path, int64_t frequency)
{
    struct stat status;
    int64_t now = time(NULL);
    if (fstat(turn_fd, &status) != 0) {
        return frequency;
    }
    int64_t age = now - status.st_mtime;
    if (status.st_size > 0 && age >= 0 && age < frequency) {
        return frequency - age;
    }
    shared_cleaner_clean(path, now);
    if (status.st_size == 0) { /* without a byte in it its mtime means nothing */
        (void)!write(turn_fd, "\n", 1);
    }
    futimens(turn_fd, NULL);
    return frequency;
}

int64_t shared_cleaner_run(const char *path, int64_t frequency)
{
    int64_t wait = frequency;
    int store_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int turn_fd = store_fd < 0 ? -1 : openat(store_fd, turn_file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (turn_fd < 0) {
        log_warn("shared files are not cleaned", log_text("directory", path), log_text("reason", strerror(errno)));
    } else if (flock(turn_fd, LOCK_EX | LOCK_NB) == 0) {
        wait = take_turn(turn_fd, path, frequency);
    }
    close_fd(&turn_fd);
    close_fd(&store_fd);
    return wait > 0 ? wait : 1;
}
