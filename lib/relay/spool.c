/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relay/spool_beside.h"
#include "relay/spool_private.h"
#include "util/close_fd.h"
#include "util/dir_stream.h"
#include "util/file_status.h"
#include "util/xmalloc.h"

static int spool_open_directory(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        err_set_errno(err, errno, "spool directory %s", path);
    }
    return fd;
}

struct spool *spool_open(const char *directory, const char *incoming, struct err *err)
{
    struct spool *spool = xcalloc(1, sizeof *spool);
    spool->beside_seen = true; /* nobody has looked yet */
    spool->directory = xstrdup(incoming);
    spool->incoming_path = xasprintf("%s/%s", directory, incoming);
    spool->failed_path = xasprintf("%s/failed", directory);
    spool->incoming_fd = spool_open_directory(spool->incoming_path, err);
    spool->failed_fd = spool->incoming_fd >= 0 ? spool_open_directory(spool->failed_path, err) : -1;
    if (spool->failed_fd < 0) {
        spool_close(spool);
        return NULL;
    }
    return spool;
}

void spool_close(struct spool *spool)
{
    if (spool == NULL) {
        return;
    }
    close_fd(&spool->incoming_fd);
    close_fd(&spool->failed_fd);
    free(spool->incoming_path);
    free(spool->failed_path);
    free(spool->directory);
    free(spool);
}

int spool_incoming_fd(const struct spool *spool)
{
    return spool->incoming_fd;
}

int spool_failed_fd(const struct spool *spool)
{
    return spool->failed_fd;
}

const char *spool_incoming_path(const struct spool *spool)
{
    return spool->incoming_path;
}

const char *spool_failed_path(const struct spool *spool)
{
    return spool->failed_path;
}

enum standing { IN_PLACE, REPLACED, NOTHING_THERE };

static enum standing look_at(int fd, const char *path)
{
    struct stat opened, there;
    if (fstat(fd, &opened) != 0 || stat(path, &there) != 0) {
        return errno == ENOENT ? NOTHING_THERE : IN_PLACE; /* if stat fails for another reason, it may be in place */
    }
    return file_status_is_same_file(&opened, &there) ? IN_PLACE : REPLACED;
}

bool spool_in_place(const struct spool *spool, const char **missing)
{
    if (look_at(spool->incoming_fd, spool->incoming_path) != IN_PLACE) {
        *missing = spool->incoming_path;
        return false;
    }
    *missing = spool->failed_path;
    return look_at(spool->failed_fd, spool->failed_path) != REPLACED;
}

bool spool_name_taken(int dir_fd, const char *name)
{
    return faccessat(dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool spool_waits(const struct spool *spool, const char *name)
{
    return spool_name_taken(spool->incoming_fd, name);
}

bool spool_reason_suffix(const char *name)
{
    return slice_ends_with(slice_from_str(name), SPOOL_REASON_SUFFIX);
}

static bool is_upload(const char *name)
{
    return name[0] != '.' && !slice_ends_with(slice_from_str(name), ".tmp") && !spool_reason_suffix(name);
}

bool spool_walk(int dir_fd, bool (*wanted)(const char *), spool_visit *visit, void *context, struct err *err)
{
    DIR *dir = dir_stream_open(dir_fd);
    if (dir == NULL) {
        return err_set_errno(err, errno, "reading the spool directory");
    }
    bool go_on = true;
    errno = 0;
    for (struct dirent *entry; go_on && (entry = readdir(dir)) != NULL; errno = 0) {
        struct stat status;
        bool maybe_file = entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN;
        if (maybe_file && wanted(entry->d_name) && fstatat(dir_fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode)) {
            go_on = visit(context, &(struct spool_entry){entry->d_name, status.st_size, status.st_mtime, &status});
        }
    }
    bool done = !go_on || errno == 0;
    if (!done) {
        err_set_errno(err, errno, "reading the spool directory");
    }
    closedir(dir);
    return done;
}

bool spool_scan(int dir_fd, spool_visit *visit, void *context, struct err *err)
{
    return spool_walk(dir_fd, is_upload, visit, context, err);
}

size_t spool_count(int dir_fd, size_t enough)
{
    DIR *dir = dir_stream_open(dir_fd);
    size_t count = 0;
    if (dir != NULL) {
        for (struct dirent *entry; count < enough && (entry = readdir(dir)) != NULL;) {
            bool maybe_file = entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN;
            count += maybe_file && is_upload(entry->d_name) && !spool_beside_is(entry->d_name);
        }
        closedir(dir);
    }
    return count;
}

bool spool_name(const char *name, struct err *err)
{
    if (strchr(name, '/') != NULL || !is_upload(name) || name[0] == '\0') {
        return err_set(err, "'%s' is not the name of a file in the spool", name);
    }
    return true;
}
