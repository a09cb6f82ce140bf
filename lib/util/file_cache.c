/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/file_cache_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/close_fd.h"
#include "util/xmalloc.h"

enum { DIRECTORY_MODE = 0700, FILE_MODE = 0600, STALE_SECONDS = 600 };

/* How often a use of a content is noted, for the cleaning. */
enum { USED_SECONDS = 3600 };

static const char magic[16] =
    "rudder-filecach2"; /* no NUL; another number when records, or contents of the same name, are made otherwise */

struct file_cache *file_cache_open(const char *directory, int64_t max_size, int64_t retention, struct err *err)
{
    if (mkdir(directory, DIRECTORY_MODE) != 0 && errno != EEXIST) {
        err_set_errno(err, errno, "%s", directory);
        return NULL;
    }
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || faccessat(fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
        err_set_errno(err, errno, "%s", directory);
        close_fd(&fd);
        return NULL;
    }
    struct file_cache *cache = xcalloc(1, sizeof *cache);
    *cache = (struct file_cache){.fd = fd, .max_size = max_size, .retention = retention};
    safe_file_sweep(fd, STALE_SECONDS);
    return cache;
}

void file_cache_close(struct file_cache *cache)
{
    if (cache != NULL) {
        close(cache->fd);
        free(cache);
    }
}

bool file_cache_record_read(int fd, struct file_cache_record *record, bool *whole)
{
    struct stat status;
    if (pread(fd, record, sizeof *record, 0) != (ssize_t)sizeof *record ||
        memcmp(record->magic, magic, sizeof magic) != 0 || fstat(fd, &status) != 0 || record->length < 0) {
        return false;
    }
    *whole = status.st_size == (int64_t)sizeof *record + record->length;
    return *whole || status.st_size == (int64_t)sizeof *record;
}

static void note_use(int fd)
{
    struct stat status;
    if (fstat(fd, &status) == 0 && status.st_mtime < time(NULL) - USED_SECONDS) {
        (void)futimens(fd, NULL);
    }
}

static int open_entry(const struct file_cache *cache, const char *name)
{
    return openat(cache->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

static void file_cache_fill(struct file_cached *cached, const struct file_cache_record *record, int fd)
{
    *cached = (struct file_cached){.fd = fd, .from = sizeof *record, .length = record->length, .made = record->made};
    memcpy(cached->digest, record->digest, sizeof cached->digest);
    memcpy(cached->note, record->note, sizeof cached->note);
}

bool file_cache_find(struct file_cache *cache, const char *name, struct file_cached *cached)
{
    struct file_cache_record record;
    bool whole = false;
    int fd = open_entry(cache, name);
    if (fd < 0) {
        return false;
    }
    if (!file_cache_record_read(fd, &record, &whole)) {
        close(fd);
        return false;
    }
    note_use(fd);
    file_cache_fill(cached, &record, fd);
    if (!whole) {
        file_cached_close(cached);
    }
    return true;
}

void file_cached_close(struct file_cached *cached)
{
    if (cached->fd >= 0) {
        close(cached->fd);
        cached->fd = -1;
    }
}

/* The record is written last, when everything is known. Until then its place is a hole in the file. */
bool file_cache_begin(struct file_cache *cache, struct file_cache_entry *entry, struct err *err)
{
    *entry = (struct file_cache_entry){.digest = EVP_MD_CTX_new()};
    errno = 0;
    if (entry->digest == NULL || EVP_DigestInit_ex(entry->digest, EVP_sha256(), NULL) != 1) {
        err_set(err, "no memory for a digest");
    } else if (safe_file_create(&entry->file, cache->fd, FILE_MODE, err)) {
        return true;
    }
    entry->no_space = errno == ENOSPC || errno == EDQUOT;
    EVP_MD_CTX_free(entry->digest);
    return false;
}

static bool file_cache_write_all(struct file_cache_entry *entry, const char *at, size_t len, off_t position,
                                 struct err *err)
{
    while (len > 0) {
        ssize_t wrote = pwrite(entry->file.fd, at, len, position);
        if (wrote < 0 && errno != EINTR) {
            entry->no_space = errno == ENOSPC || errno == EDQUOT;
            return err_set_errno(err, errno, "writing into the cache");
        }
        if (wrote > 0) {
            at += wrote;
            position += wrote;
            len -= (size_t)wrote;
        }
    }
    return true;
}

bool file_cache_write(void *context, const void *bytes, size_t len, struct err *err)
{
    struct file_cache_entry *entry = context;
    if (EVP_DigestUpdate(entry->digest, bytes, len) != 1) {
        return err_set(err, "digest");
    }
    off_t position = (off_t)(sizeof(struct file_cache_record) + (size_t)entry->length);
    entry->length += (int64_t)len;
    return file_cache_write_all(entry, bytes, len, position, err);
}

/* The same content keeps its Last-Modified, although it was made again now. */
static int64_t first_made(const struct file_cache *cache, const char *name, const struct file_cache_record *now)
{
    struct file_cache_record before;
    bool whole;
    int64_t made = now->made;
    int fd = open_entry(cache, name);
    if (fd >= 0) {
        if (file_cache_record_read(fd, &before, &whole) &&
            memcmp(before.digest, now->digest, sizeof now->digest) == 0) {
            made = before.made;
        }
        close(fd);
    }
    return made;
}

bool file_cache_commit(struct file_cache *cache, struct file_cache_entry *entry, const char *name, const void *note,
                       size_t note_len, struct file_cached *cached, struct err *err)
{
    struct file_cache_record record = {.length = entry->length, .made = time(NULL)};
    memcpy(record.magic, magic, sizeof magic);
    memcpy(record.note, note, note_len);
    int fd = -1;
    if (EVP_DigestFinal_ex(entry->digest, record.digest, NULL) != 1) {
        err_set(err, "digest");
        goto failed;
    }
    record.made = first_made(cache, name, &record);
    if (!file_cache_write_all(entry, (const char *)&record, sizeof record, 0, err)) {
        goto failed;
    }
    fd = fcntl(entry->file.fd, F_DUPFD_CLOEXEC, 0); /* the content is read from where it was written */
    if (fd < 0) {
        err_set_errno(err, errno, "cache file");
        goto failed;
    }
    EVP_MD_CTX_free(entry->digest);
    errno = 0;
    if (!safe_file_commit(&entry->file, name, err)) {
        entry->no_space = errno == ENOSPC || errno == EDQUOT;
        close(fd);
        return false;
    }
    cache->stored += (int64_t)sizeof record + record.length;
    file_cache_fill(cached, &record, fd);
    return true;

failed:
    close_fd(&fd);
    file_cache_abandon(entry);
    return false;
}

void file_cache_abandon(struct file_cache_entry *entry)
{
    safe_file_abandon(&entry->file);
    EVP_MD_CTX_free(entry->digest);
    entry->digest = NULL;
}

bool file_cache_set_note(struct file_cache *cache, const char *name, const void *note, size_t note_len)
{
    unsigned char whole[FILE_CACHE_NOTE_SIZE] = {0};
    memcpy(whole, note, note_len);
    int fd = openat(cache->fd, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool done =
        fd >= 0 && pwrite(fd, whole, sizeof whole, offsetof(struct file_cache_record, note)) == (ssize_t)sizeof whole;
    close_fd(&fd);
    return done;
}

void file_cache_remove(struct file_cache *cache, const char *name)
{
    (void)unlinkat(cache->fd, name, 0);
}
