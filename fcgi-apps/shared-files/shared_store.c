/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "util/close_fd.h"
#include "util/free_space.h"
#include "util/log.h"
#include "util/open_beneath.h"

#define LOG_COMPONENT "shared_store"

enum { FILE_MODE = 0640, DIRECTORY_MODE = 0750, TRIES = 5 };

enum shared_result shared_result_of(int errnum)
{
    return errnum == ENOSPC || errnum == EDQUOT ? SHARED_NO_SPACE : SHARED_FAILED;
}

static int open_store(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        err_set_errno(err, errno, "%s", path);
    }
    return fd;
}

bool shared_store_lock(int dir_fd, bool exclusive, struct err *err)
{
    return TEMP_FAILURE_RETRY(flock(dir_fd, exclusive ? LOCK_EX : LOCK_SH)) == 0 ||
           err_set_errno(err, errno, "locking a directory of shared files");
}

void shared_store_unlock(int dir_fd)
{
    (void)flock(dir_fd, LOCK_UN);
}

/* ---- looking ---- */

static enum shared_result absent_or_failed(int errnum)
{
    return errnum == ENOENT || errnum == ENOTDIR ? SHARED_ABSENT : SHARED_FAILED;
}

static enum shared_result read_found(int dir_fd, const struct shared_file_name *name, struct shared_found *found,
                                     struct err *err)
{
    struct stat status;
    if (!safe_file_read(dir_fd, name->metadata, SHARED_FILE_META_MAX_SIZE, &found->text, err)) {
        return absent_or_failed(errno);
    }
    if (!shared_file_meta_parse(&found->meta, buffer_slice(&found->text), err)) {
        log_warn("a shared file counts as absent: its metadata cannot be read", log_text("directory", name->directory),
                 log_text("name", name->metadata), log_text("reason", err->text));
        return SHARED_ABSENT;
    }
    found->fd = open_beneath_file(dir_fd, name->file_id, &status, err);
    if (found->fd < 0) {
        return absent_or_failed(errno);
    }
    found->size = status.st_size;
    return SHARED_DONE;
}

enum shared_result shared_store_find(const char *path, const struct shared_file_name *name, int64_t now,
                                     struct shared_found *found, struct err *err)
{
    enum shared_result result = SHARED_FAILED;
    int dir_fd = -1;
    int store_fd = open_store(path, err);
    if (store_fd < 0) {
        goto out;
    }
    dir_fd = open_beneath(store_fd, name->directory, O_RDONLY | O_DIRECTORY, err);
    if (dir_fd < 0) {
        result = absent_or_failed(errno);
    } else if (shared_store_lock(dir_fd, false, err)) {
        result = read_found(dir_fd, name, found, err);
    }
    if (result == SHARED_DONE && shared_file_meta_expired(&found->meta, now)) {
        result = SHARED_ABSENT;
    }
out:
    close_fd(&dir_fd);
    close_fd(&store_fd);
    return result;
}

void shared_found_close(struct shared_found *found)
{
    close_fd(&found->fd);
    buffer_free(&found->text);
    *found = (struct shared_found){.fd = -1};
}

/* ---- taking in ---- */

/* The cleaner may remove an empty directory before there is a file in it: then once more. */
static bool begin_file(struct shared_arrival *arrival, int store_fd, const struct shared_file_name *name,
                       struct err *err)
{
    for (int try = 0; try < TRIES; try++) {
        arrival->dir_fd = open_beneath_mkdir(store_fd, name->directory, DIRECTORY_MODE, err);
        if (arrival->dir_fd >= 0) {
            errno = 0;
            if (safe_file_create(&arrival->file, arrival->dir_fd, FILE_MODE, err)) {
                return true;
            }
            close_fd(&arrival->dir_fd);
        }
        if (errno != ENOENT) {
            break;
        }
    }
    return false;
}

enum shared_result shared_arrival_begin(struct shared_arrival *arrival, const char *path,
                                        const struct shared_file_name *name, int64_t bytes, int64_t reserve,
                                        struct err *err)
{
    *arrival = (struct shared_arrival){.dir_fd = -1};
    int store_fd = open_store(path, err);
    if (store_fd < 0) {
        return SHARED_FAILED;
    }
    enum shared_result result = SHARED_DONE;
    if (!free_space_for(store_fd, bytes, reserve, err)) {
        result = SHARED_NO_SPACE;
    } else if (!begin_file(arrival, store_fd, name, err)) {
        result = shared_result_of(errno);
    }
    close(store_fd);
    return result;
}

static bool write_metadata(struct safe_file *file, int dir_fd, const struct shared_file_meta *meta, struct err *err)
{
    struct buffer text = {0};
    shared_file_meta_format(meta, &text);
    bool done = safe_file_create_with(file, dir_fd, FILE_MODE, buffer_slice(&text), err);
    buffer_free(&text);
    if (done && fsync(file->fd) != 0) {
        done = err_set_errno(err, errno, "writing the metadata to disk");
        safe_file_abandon(file);
    }
    return done;
}

/* The old metadata go first: between here and the end there is no file of that name, rather than a wrong one. */
static bool shared_store_swap(struct shared_arrival *arrival, const struct shared_file_name *name,
                              struct safe_file *metadata, struct err *err)
{
    if (!shared_store_lock(arrival->dir_fd, true, err)) {
        return false;
    }
    bool done = true;
    if (unlinkat(arrival->dir_fd, name->metadata, 0) != 0 && errno != ENOENT) {
        done = err_set_errno(err, errno, "removing %s", name->metadata);
    }
    done = done && safe_file_commit(&arrival->file, name->file_id, err) &&
           safe_file_commit(metadata, name->metadata, err);
    int errnum = errno;
    shared_store_unlock(arrival->dir_fd);
    errno = errnum;
    return done;
}

/* What takes long, the disk, comes before the lock. */
enum shared_result shared_arrival_commit(struct shared_arrival *arrival, const struct shared_file_name *name,
                                         const struct shared_file_meta *meta, struct err *err)
{
    struct safe_file metadata;
    enum shared_result result = SHARED_DONE;
    if (fsync(arrival->file.fd) != 0) {
        result = shared_result_of(errno);
        err_set_errno(err, errno, "writing the file to disk");
    } else if (!write_metadata(&metadata, arrival->dir_fd, meta, err)) {
        result = shared_result_of(errno);
    } else if (!shared_store_swap(arrival, name, &metadata, err)) {
        result = shared_result_of(errno);
        safe_file_abandon(&metadata);
    }
    shared_arrival_abandon(arrival);
    return result;
}

void shared_arrival_abandon(struct shared_arrival *arrival)
{
    if (arrival->dir_fd >= 0) {
        safe_file_abandon(&arrival->file);
        close_fd(&arrival->dir_fd);
    }
}
